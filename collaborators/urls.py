"""Pages of the network."""

app_name = "collaborators"
urlpatterns = []
