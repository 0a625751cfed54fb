"""Django REST framework under gunicorn: a viewset, a filter backend, a pool of psycopg's.

One module in place of a project's many; the settings are those that `startproject` gives an
API without users, with the pool that Django has since 5.1.
"""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import unquote, urlsplit

# The peers are no part of the development environment: the type checker sees
# them only where the benchmark is installed.
import django  # type: ignore[import-not-found, import-untyped, unused-ignore]
from django.conf import settings  # type: ignore[import-not-found, import-untyped, unused-ignore]

_URL = urlsplit(os.environ["DATABASE_URL"])

settings.configure(
    SECRET_KEY="measured and thrown away",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.middleware.common.CommonMiddleware",
    ],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": _URL.path.lstrip("/"),
            "USER": unquote(_URL.username or ""),
            "PASSWORD": unquote(_URL.password or ""),
            "HOST": _URL.hostname or "",
            "PORT": str(_URL.port or 5432),
            "OPTIONS": {"pool": {"min_size": 10, "max_size": 10}},
        }
    },
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": [],
        "DEFAULT_PERMISSION_CLASSES": [],
        "UNAUTHENTICATED_USER": None,
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    },
)
django.setup()

from django.core.wsgi import (  # type: ignore[import-not-found, import-untyped, unused-ignore]  # noqa: E402 - behind the settings
    get_wsgi_application,
)
from django.db import models, transaction  # type: ignore[import-not-found, import-untyped, unused-ignore]  # noqa: E402
from django.urls import include, path  # type: ignore[import-not-found, import-untyped, unused-ignore]  # noqa: E402
from rest_framework import (  # type: ignore[import-not-found, import-untyped, unused-ignore]  # noqa: E402
    filters,
    mixins,
    routers,
    serializers,
    viewsets,
)
from rest_framework.pagination import (  # type: ignore[import-not-found, import-untyped, unused-ignore]  # noqa: E402
    CursorPagination,
    PageNumberPagination,
)


class _Stored(models.Model):  # type: ignore[misc, unused-ignore] # Any where Django is not installed
    id = models.UUIDField(primary_key=True, db_default=models.Func(function="drystone.uuid7"))
    version = models.BigIntegerField(db_default=1)
    created_at = models.DateTimeField(db_default=models.functions.Now())
    updated_at = models.DateTimeField(db_default=models.functions.Now())
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True
        app_label = "tracker"
        managed = False


class User(_Stored):
    email = models.EmailField()
    name = models.CharField(max_length=100)

    class Meta(_Stored.Meta):
        abstract = False
        db_table = "users"


class Project(_Stored):
    name = models.CharField(max_length=100)
    description = models.TextField(null=True)
    is_public = models.BooleanField()
    owner = models.ForeignKey(User, models.DO_NOTHING)
    closed_at = models.DateTimeField(null=True)

    class Meta(_Stored.Meta):
        abstract = False
        db_table = "projects"


class Task(_Stored):
    project = models.ForeignKey(Project, models.DO_NOTHING)
    title = models.CharField(max_length=200)
    description = models.TextField(max_length=10_000, null=True)
    status = models.CharField(choices=[(one, one) for one in ("todo", "doing", "done")])
    priority = models.IntegerField()
    assignee = models.ForeignKey(User, models.DO_NOTHING, null=True)
    parent = models.ForeignKey("self", models.DO_NOTHING, null=True)
    estimate_hours = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    due_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta(_Stored.Meta):
        abstract = False
        db_table = "tasks"


class TaskHistory(models.Model):  # type: ignore[misc, unused-ignore] # Any where Django is not installed
    id = models.BigAutoField(primary_key=True)
    task_id = models.UUIDField()
    operation = models.TextField()
    data = models.JSONField()

    class Meta:
        app_label = "tracker"
        managed = False
        db_table = "task_history"


_STORED = ("id", "version", "created_at", "updated_at", "deleted_at")


class UserSerializer(serializers.ModelSerializer):  # type: ignore[misc, unused-ignore] # as above
    class Meta:
        model = User
        fields = "__all__"


class ProjectSerializer(serializers.ModelSerializer):  # type: ignore[misc, unused-ignore] # as above
    owner_id = serializers.UUIDField()

    class Meta:
        model = Project
        exclude = ("owner",)


class TaskSerializer(serializers.ModelSerializer):  # type: ignore[misc, unused-ignore] # as above
    project_id = serializers.PrimaryKeyRelatedField(
        source="project", queryset=Project.objects, pk_field=serializers.UUIDField()
    )
    assignee_id = serializers.PrimaryKeyRelatedField(
        source="assignee",
        queryset=User.objects,
        pk_field=serializers.UUIDField(),
        allow_null=True,
        required=False,
    )
    parent_id = serializers.PrimaryKeyRelatedField(
        source="parent",
        queryset=Task.objects,
        pk_field=serializers.UUIDField(),
        allow_null=True,
        required=False,
    )
    priority = serializers.IntegerField(min_value=1, max_value=5, default=3)
    status = serializers.ChoiceField(["todo", "doing", "done"], default="todo")

    class Meta:
        model = Task
        exclude = ("project", "assignee", "parent")
        read_only_fields = _STORED


class ExpandedTaskSerializer(TaskSerializer):
    project = ProjectSerializer()
    assignee = UserSerializer()

    class Meta:
        model = Task
        exclude = ("parent",)
        read_only_fields = _STORED


class TaskFilter(filters.BaseFilterBackend):  # type: ignore[misc, unused-ignore] # as above
    def filter_queryset(self, request: Any, queryset: Any, view: Any) -> Any:
        for name in ("project_id", "status"):
            if name in request.query_params:
                queryset = queryset.filter(**{name: request.query_params[name]})
        return queryset


class Counted(PageNumberPagination):  # type: ignore[misc, unused-ignore] # as above
    page_size = 20
    page_size_query_param = "limit"
    max_page_size = 100


class Uncounted(CursorPagination):  # type: ignore[misc, unused-ignore] # as above
    page_size = 20
    page_size_query_param = "limit"
    max_page_size = 100
    ordering = "-id"


class TaskViewSet(
    mixins.CreateModelMixin,  # type: ignore[misc, unused-ignore] # as above
    mixins.ListModelMixin,  # type: ignore[misc, unused-ignore] # as above
    mixins.RetrieveModelMixin,  # type: ignore[misc, unused-ignore] # as above
    viewsets.GenericViewSet,  # type: ignore[misc, unused-ignore] # as above
):
    filter_backends = (TaskFilter, filters.OrderingFilter)
    ordering_fields = ("id", "priority")
    ordering = ("-id",)

    def get_queryset(self) -> Any:
        tasks = Task.objects.filter(deleted_at=None)
        return tasks.select_related("project", "assignee") if self._expands else tasks

    def get_serializer_class(self) -> Any:
        return ExpandedTaskSerializer if self._expands else TaskSerializer

    @property
    def paginator(self) -> Any:
        if not hasattr(self, "_paginator"):
            self._paginator = Counted() if "count" in self.request.query_params else Uncounted()
        return self._paginator

    @property
    def _expands(self) -> bool:
        return "expand" in self.request.query_params

    def perform_create(self, serializer: Any) -> None:
        with transaction.atomic():
            serializer.save()
            TaskHistory.objects.create(
                task_id=serializer.instance.pk, operation="insert", data=_plain(serializer.data)
            )


def _plain(data: Any) -> dict[str, Any]:
    # A UUID stays one until a renderer writes it.
    return {name: value if value is None else str(value) for name, value in data.items()}


router = routers.SimpleRouter(trailing_slash=False)
router.register("tasks", TaskViewSet, basename="task")
urlpatterns = [path("", include(router.urls))]

app = get_wsgi_application()
