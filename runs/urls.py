"""URLs of recordings: everything lies under its team and project."""

from django.urls import path

from runs.views import (
    changes,
    copies,
    fates,
    files,
    finding,
    lists,
    logs,
    nets,
    overviews,
    replays,
    rules,
    runs,
    sidebyside,
    signatures,
    steps,
    strips,
    takeaways,
    timelines,
    tools,
    trees,
)

app_name = "runs"

_PROJECT = "<slug:team>/<slug:project>/"
_RUN = f"{_PROJECT}runs/<uuid:run_id>/"
_SIGNATURE = f"{_PROJECT}findings/<slug:signature>/"
_STEP = f"{_RUN}steps/<int:seq>/"

urlpatterns = [
    path(_PROJECT, lists.show_list, name="list"),
    path(f"{_PROJECT}runs/", lists.go_to_list, name="list_above"),
    path(f"{_PROJECT}rows/", lists.show_rows, name="rows"),
    path(f"{_PROJECT}sums/", lists.show_sums, name="sums"),
    path(f"{_PROJECT}choices/<slug:name>/", lists.show_choices, name="choices"),
    path(f"{_PROJECT}findings/", signatures.show_findings, name="findings"),
    path(_SIGNATURE, signatures.show_signature, name="signature"),
    path(f"{_SIGNATURE}resolve/", signatures.resolve, name="resolve"),
    path(f"{_SIGNATURE}reopen/", signatures.reopen, name="reopen"),
    path(f"{_SIGNATURE}mute/", signatures.mute, name="mute"),
    path(f"{_SIGNATURE}unmute/", signatures.unmute, name="unmute"),
    path(f"{_PROJECT}rules/", rules.show_rules, name="rules"),
    path(f"{_PROJECT}overview/", overviews.show_overview, name="overview"),
    path(f"{_PROJECT}tools/", tools.show_tools, name="tools"),
    path(f"{_PROJECT}calls/", tools.show_calls, name="calls"),
    path(f"{_PROJECT}compare/", sidebyside.show_compared, name="compare"),
    path(f"{_PROJECT}compare/rows/", sidebyside.show_compared_rows, name="compare_rows"),
    path(_RUN, runs.show_run, name="run"),
    path(f"{_RUN}verdict/", takeaways.judge, name="judge"),
    path(f"{_RUN}export/", takeaways.export_run, name="export"),
    path(f"{_RUN}summary/", takeaways.summarise_run, name="summary"),
    path(f"{_RUN}timeline/", timelines.show_timeline, name="timeline"),
    path(f"{_RUN}strip/", strips.show_strip, name="strip"),
    path(f"{_RUN}strip/range/", strips.show_range, name="strip_range"),
    path(f"{_RUN}strip/<int:seq>/", strips.show_words, name="strip_step"),
    path(f"{_RUN}tree/", trees.show_tree, name="tree"),
    path(f"{_RUN}log/", logs.show_log, name="log"),
    path(f"{_RUN}log/choices/<slug:column>/", logs.show_log_choices, name="log_choices"),
    path(f"{_RUN}find/", finding.show_found, name="find"),
    path(f"{_RUN}changes/", changes.show_changes, name="changes"),
    path(f"{_RUN}changes/<int:number>/", changes.show_change, name="change"),
    path(f"{_RUN}changes/<int:number>/lines/", changes.show_lines, name="change_lines"),
    path(f"{_RUN}changes/<int:number>/patch/", changes.show_patch, name="patch"),
    path(f"{_RUN}changes/net/", nets.show_net, name="net"),
    path(f"{_RUN}changes/net.patch", nets.show_net_patch, name="net_patch"),
    path(f"{_RUN}files/", files.show_file, name="file"),
    path(_STEP, steps.show_step, name="step"),
    path(f"{_STEP}became/", fates.show_fates, name="fates"),
    path(f"{_STEP}record/", logs.show_record, name="record"),
    path(f"{_STEP}raw/", steps.show_raw, name="step_raw"),
    path(f"{_STEP}markdown/", copies.show_markdown, name="step_markdown"),
    path(f"{_STEP}input/", steps.show_input, name="step_input"),
    path(f"{_STEP}output/", steps.show_output, name="step_output"),
    path(f"{_STEP}messages/", replays.show_messages, name="messages"),
    path(f"{_STEP}messages.json", replays.send_messages, name="messages_file"),
    path(f"{_STEP}request.json", replays.send_request, name="request_file"),
]
