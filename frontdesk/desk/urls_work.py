"""The addresses of tasks and of calls that wait."""

from __future__ import annotations

from django.urls import path

from frontdesk.desk.views import calls, tasks

urlpatterns = [
    path("requests/take-down/", calls.take_down, name="take-down"),
    path("requests/<int:pk>/take/", calls.take, name="request-take"),
    path("requests/<int:pk>/drop/", calls.drop, name="request-drop"),
    path("tasks/<int:pk>/", tasks.show, name="task"),
    path("tasks/<int:pk>/give/", tasks.give, name="task-give"),
    path("tasks/<int:pk>/back/", tasks.back, name="task-back"),
    path("tasks/<int:pk>/same/", tasks.same, name="task-same"),
    path("tasks/<int:pk>/move/", tasks.move, name="task-move"),
]
