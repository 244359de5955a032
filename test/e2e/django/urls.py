from django.contrib import admin
from django.urls import path, re_path

import views

urlpatterns = [
    path('admin/', admin.site.urls),
    path('', views.home),
    path('truth', views.truth),
    path('echo', views.echo),
    path('slow', views.slow),
    path('stream', views.stream),
    path('events', views.events),
    path('upload', views.upload),
    path('download/<int:size>', views.download),
    path('cookie', views.cookie),
    path('absolute', views.absolute),
    path('form', views.form),
    path('dir/', views.home),
    path('status/<int:code>', views.status),
    path('handed', views.handed),
    # The mixed site, in the style of the per-view SSL middleware of its time: the policy stands beside the route.
    re_path(r'^shop/checkout$', views.truth, {'SSL': True}),
    re_path(r'^shop/feed$', views.truth, {'SSL': False}),
    re_path(r'^shop/page$', views.truth),
]
