"""Addresses of the pages."""

from django.urls import path

from peelian.web import (
    arches,
    boxes,
    delivery,
    evaluation,
    figures,
    narratives,
    operations,
    public,
    team_page,
    views,
)

urlpatterns = [
    path("", views.home, name="home"),
    path("map", views.map_page, name="map"),
    path("map/boxes", boxes.write, name="box"),
    path("map/boxes.geojson", boxes.layer, name="boxes-layer"),
    path("map/boxes/<str:number>/reject", boxes.reject, name="box-reject"),
    path("methods", views.methods, name="methods"),
    path("methods/<slug:name>", views.method, name="method"),
    path("plan", views.plan, name="plan"),
    path("plan/keep", views.keep, name="keep"),
    path("evaluation", evaluation.listed, name="evaluation"),
    path("evaluation/new", evaluation.created, name="evaluation-new"),
    path("evaluation/<slug:name>", evaluation.one, name="evaluation-one"),
    path("evaluation/<slug:name>/report.pdf", evaluation.pdf, name="evaluation-pdf"),
    path("plan/teams/<slug:plan>", delivery.links, name="team-links"),
    path("delivery", delivery.delivery, name="delivery"),
    path("team/worker.js", team_page.worker, name="team-worker"),
    path("team/<str:token>", team_page.team, name="team"),
    path("arches", arches.arches, name="arches"),
    path("arches/keep", arches.keep, name="arches-keep"),
    path("figures", figures.figures, name="figures"),
    path("releases", public.releases, name="releases"),
    path("releases/release", public.release, name="release"),
    path("releases/draft/<slug:key>/", public.draft, name="draft"),
    path("releases/draft/<slug:key>/<path:path>", public.draft),
    path("public", public.front),
    path("public/", public.public, name="public"),
    path("public/<path:path>", public.public),
    path("data", views.data, name="data"),
    path("data/refused.csv", views.refused, name="refused"),
    path("narratives", narratives.listed, name="narratives"),
    path("narratives/next", narratives.start, name="narrative-next"),
    path("narratives/compare", narratives.compare, name="narrative-compare"),
    path("narratives/agreement", narratives.agreement, name="narrative-agreement"),
    path("narratives/<str:row>", narratives.one, name="narrative"),
    path("operations", operations.listed, name="operations"),
    path("operations/new", operations.created, name="operation-new"),
    path("operations/<slug:name>", operations.operation, name="operation"),
    path("operations/<slug:name>/change", operations.changed, name="operation-change"),
    path(
        "operations/<slug:name>/record/<slug:strand>",
        operations.recorded,
        name="operation-record",
    ),
    path(
        "operations/<slug:name>/correct/<str:entry>",
        operations.corrected,
        name="operation-correct",
    ),
    path("operations/<slug:name>/close", operations.closed, name="operation-close"),
    path("operations/<slug:name>/<str:wanted>", operations.file, name="operation-file"),
    path("result/<slug:key>", views.progress, name="progress"),
    path("result/<slug:key>/<str:name>", views.file, name="file"),
]

handler400 = "peelian.web.errors.bad_request"
handler403 = "peelian.web.errors.forbidden"
handler404 = "peelian.web.errors.not_found"
handler500 = "peelian.web.errors.server_error"
