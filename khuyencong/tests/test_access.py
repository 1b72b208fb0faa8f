"""Every address × every role × own and another commune: nobody sees what is not theirs.

A route that nobody has classified fails the test, so that a new page cannot be forgotten.
"""
