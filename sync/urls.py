"""The addresses of the sync's pages, inside the admin site (names in the namespace ``admin:``)."""

from django.urls import path, register_converter

from sync.attention.views import attention, recipients
from sync.automation.views import automatic, held, webhook
from sync.help import views as help_pages
from sync.history.views import changes, history, timeline, undo
from sync.history.views import syncs as history_syncs
from sync.pages.vendor_ids import VendorIdConverter
from sync.payroll_ready import views as payroll_ready
from sync.people.views import links, pairs, people, pilot, to_fix
from sync.readiness import views as readiness
from sync.wizard.views import (
    confirm,
    create,
    overview,
    result,
    review,
    review_bulk,
    review_matches,
    run,
    sync_users,
)

register_converter(VendorIdConverter, "vendor_id")
_connection = "connections/<slug:code>"
_sync = f"{_connection}/sync"
_review = f"{_connection}/review"
_create = f"{_connection}/create"
_links = f"{_connection}/links"
_held = f"{_connection}/held"
_pilot = f"{_connection}/pilot"
_people = f"{_connection}/people"
_person = f"{_people}/<slug:side>/<vendor_id:vendor_id>"

urlpatterns = [
    path("help/", help_pages.page, name="help"),
    path("history/", changes.page, name="history_changes"),
    path("history/<int:pk>/", changes.entry, name="history_entry"),
    path("history/export/", changes.export, name="history_export"),
    path("history/syncs/", history_syncs.page, name="history_syncs"),
    path(f"{_sync}/", sync_users.page, name="sync_users"),
    path(f"{_sync}/start/", sync_users.start, name="sync_start"),
    path(f"{_sync}/live/", sync_users.live, name="sync_live"),
    path(f"{_sync}/cancel/", sync_users.cancel, name="sync_cancel"),
    path(f"{_sync}/read-again/", sync_users.read_again, name="sync_read_again"),
    path(f"{_sync}/go/", sync_users.go, name="sync_go"),
    path(f"{_sync}/check/", sync_users.check, name="sync_check"),
    path(f"{_connection}/overview/", overview.page, name="overview"),
    path(f"{_review}/", review.page, name="review"),
    path(f"{_review}/decide/", review.decide, name="review_decide"),
    path(f"{_review}/person/", review.decide_person, name="review_person"),
    path(f"{_review}/bulk/", review_bulk.page, name="review_bulk"),
    path(f"{_review}/bulk/decide/", review_bulk.decide, name="review_bulk_decide"),
    path(f"{_review}/matches/", review_matches.page, name="review_matches"),
    path(f"{_review}/matches/decide/", review_matches.decide, name="review_matches_decide"),
    path(f"{_review}/matches/group/", review_matches.group, name="review_match_group"),
    path(f"{_review}/matches/group/decide/", review_matches.decide_group, name="review_match_group_decide"),
    path(f"{_create}/", create.page, name="create"),
    path(f"{_create}/choose/", create.choose, name="create_choose"),
    path(f"{_create}/all/", create.choose_all, name="create_all"),
    path(f"{_create}/never/", create.never, name="create_never"),
    path(f"{_create}/take-back/", create.take_back, name="create_take_back"),
    path(f"{_create}/groups/", create.groups, name="create_groups"),
    path(f"{_create}/options/", create.options, name="create_options"),
    path(f"{_create}/numbering/", create.numbering, name="create_numbering"),
    path(f"{_connection}/confirm/", confirm.page, name="confirm"),
    path(f"{_connection}/confirm/run/", confirm.run_now, name="confirm_run"),
    path(f"{_connection}/run/<int:pk>/", run.page, name="run"),
    path(f"{_connection}/run/<int:pk>/live/", run.live, name="run_live"),
    path(f"{_connection}/run/<int:pk>/stop/", run.stop, name="run_stop"),
    path(f"{_connection}/result/<int:pk>/", result.page, name="result"),
    path(f"{_connection}/result/<int:pk>/retry/", result.retry, name="result_retry"),
    path(f"{_held}/", held.page, name="held"),
    path(f"{_held}/answer/", held.ask, name="held_ask"),
    path(f"{_held}/approve/", held.approve, name="held_approve"),
    path(f"{_held}/reject/", held.reject, name="held_reject"),
    path(f"{_pilot}/", pilot.page, name="pilot"),
    path(f"{_pilot}/add/", pilot.add, name="pilot_add"),
    path(f"{_pilot}/location/", pilot.add_location, name="pilot_location"),
    path(f"{_pilot}/ordinary/", pilot.add_ordinary, name="pilot_ordinary"),
    path(f"{_pilot}/remove/", pilot.remove, name="pilot_remove"),
    path(f"{_pilot}/everyone/", pilot.everyone, name="pilot_everyone"),
    path(f"{_connection}/attention/", attention.page, name="attention"),
    path(f"{_connection}/attention/done/", attention.done, name="attention_done"),
    path(f"{_links}/", links.page, name="links"),
    path(f"{_links}/still-right/", links.still_right, name="links_still_right"),
    path(f"{_links}/instead/", links.instead, name="links_instead"),
    path(f"{_connection}/ready/", readiness.page, name="ready"),
    path(f"{_connection}/ready/test-mail/", readiness.send, name="mail_check_send"),
    path(f"{_connection}/ready-for-payroll/", payroll_ready.page, name="payroll_ready"),
    path(f"{_connection}/ready-for-payroll/download/", payroll_ready.download, name="payroll_ready_download"),
    path(f"{_connection}/automatic/", automatic.page, name="automatic"),
    path(f"{_connection}/automatic/switch/", automatic.switch, name="automatic_switch"),
    path(f"{_connection}/automatic/stale/", automatic.stale, name="automatic_stale"),
    path(f"{_connection}/recipients/<int:pk>/again/", recipients.again, name="recipient_again"),
    path(f"{_connection}/webhook/", webhook.page, name="webhook"),
    path(f"{_connection}/webhook/secret/", webhook.rotate, name="webhook_rotate"),
    path(f"{_connection}/webhook/secret/end-old/", webhook.end_old, name="webhook_end_old"),
    path(f"{_connection}/webhook/token/", webhook.token, name="webhook_token"),
    path(f"{_connection}/history/", history.page, name="history"),
    path(f"{_connection}/undo/", undo.page, name="undo"),
    path(f"{_connection}/undo/start/", undo.start, name="undo_start"),
    path(f"{_people}/", people.page, name="people"),
    path(f"{_people}/pairs/", pairs.page, name="pairs"),
    path(f"{_people}/pairs/preview/", pairs.preview, name="pairs_preview"),
    path(f"{_people}/pairs/template/", pairs.template, name="pairs_template"),
    path(f"{_people}/to-fix/", to_fix.page, name="to_fix"),
    path(f"{_people}/to-fix/download/", to_fix.download, name="to_fix_download"),
    path(f"{_connection}/who-is-who/", help_pages.who_is_who, name="who_is_who"),
    path(f"{_people}/link/", people.link, name="people_link"),
    path(f"{_person}/", people.person, name="person"),
    path(f"{_person}/timeline/", timeline.page, name="timeline"),
    path(f"{_person}/unlink/", people.unlink, name="person_unlink"),
    path(f"{_person}/leave-out/", people.leave_out, name="person_leave_out"),
    path(f"{_person}/take-back/", people.take_back, name="person_take_back"),
]
