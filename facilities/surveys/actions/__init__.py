"""Writes of surveys: campaigns, what is done on the spot, checking."""

from facilities.surveys.actions.answers import (
    AnswerConflict,
    Kept,
    SaveResult,
    attach_photo,
    mark_unreachable,
    remove_photo,
    save_answers,
    submit_answers,
)
from facilities.surveys.actions.campaigns import (
    add_target,
    close_campaign,
    create_campaign,
    discard_campaign,
    edit_campaign,
    open_campaign,
    reassign_targets,
    remove_target,
)
from facilities.surveys.actions.checking import (
    accept_all,
    accept_update,
    approve_answers,
    refuse_update,
    return_answers,
)

__all__ = [
    "AnswerConflict",
    "Kept",
    "SaveResult",
    "accept_all",
    "accept_update",
    "add_target",
    "approve_answers",
    "attach_photo",
    "close_campaign",
    "create_campaign",
    "discard_campaign",
    "edit_campaign",
    "mark_unreachable",
    "open_campaign",
    "reassign_targets",
    "refuse_update",
    "remove_photo",
    "remove_target",
    "return_answers",
    "save_answers",
    "submit_answers",
]
