"""The addresses of the clinic's protocols, below settings/protocols/."""

from __future__ import annotations

from django.urls import path

from frontdesk.desk.views import protocol_drafts, protocol_proof, protocol_sign, protocols

urlpatterns = [
    path("", protocols.index, name="protocols"),
    path("new/", protocols.new, name="protocol-new"),
    path("starter/", protocols.starter, name="protocol-starter"),
    path("take-in/", protocols.take_in, name="protocol-take-in"),
    path("<int:pk>/", protocols.show, name="protocol-version"),
    path("<int:pk>/begin/", protocols.begin, name="protocol-begin"),
    path("<int:pk>/download/", protocols.download, name="protocol-download"),
    path("<int:pk>/rule/", protocol_drafts.rule, name="protocol-rule"),
    path("<int:pk>/concept/", protocol_drafts.concept, name="protocol-concept"),
    path("<int:pk>/script/", protocol_drafts.script, name="protocol-script"),
    path("<int:pk>/tree/", protocol_drafts.tree, name="protocol-tree"),
    path("<int:pk>/kinds/", protocol_drafts.kinds, name="protocol-kinds"),
    path("<int:pk>/words/", protocol_drafts.words, name="protocol-words"),
    path("<int:pk>/scope/", protocol_drafts.scope, name="protocol-scope"),
    path("<int:pk>/remove/", protocol_drafts.remove, name="protocol-remove"),
    path("<int:pk>/take/", protocol_drafts.take, name="protocol-take"),
    path("<int:pk>/try/", protocol_proof.try_it, name="protocol-try"),
    path("<int:pk>/changes/", protocol_proof.changes, name="protocol-changes"),
    path("<int:pk>/backtest/", protocol_proof.backtest, name="protocol-backtest"),
    path("backtests/<int:pk>/", protocol_proof.result, name="backtest"),
    path("<int:pk>/hand-in/", protocol_sign.hand_in, name="protocol-hand-in"),
    path("<int:pk>/take-back/", protocol_sign.take_back, name="protocol-take-back"),
    path("<int:pk>/withdraw/", protocol_sign.withdraw, name="protocol-withdraw"),
    path("<int:pk>/approve/", protocol_sign.approve, name="protocol-approve"),
    path("<int:pk>/end/", protocol_sign.end, name="protocol-end"),
    path("<int:pk>/read/", protocol_sign.was_read, name="protocol-read"),
]
