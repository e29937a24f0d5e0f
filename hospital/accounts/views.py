"""Pages of sign-in."""

from typing import Any

from allauth.account.internal.decorators import login_stage_required
from allauth.account.stages import LoginByCodeStage
from allauth.account.views import ConfirmLoginCodeView, LoginView, RequestLoginCodeView
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from hospital.accounts.codes import PhoneCodeProcess
from hospital.accounts.services import session_alone
from hospital.common.forms import BackForm

STAFF_PAGES = ("/desk/", "/room/", "/manage/", "/admin/")


class PhoneView(RequestLoginCodeView):  # type: ignore[misc]
    """Patients: the phone number that gets a code. Staff who come from a staff page are sent to theirs."""

    template_name = "account/login.html"

    @method_decorator(never_cache)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Show the form to whoever belongs here."""
        wanted = BackForm.read(request.GET)["next"]
        if request.method == "GET" and not request.user.is_authenticated and wanted.startswith(STAFF_PAGES):
            url: str = self.passthrough_next_url(reverse("account_staff_login"))  # type: ignore[no-untyped-call]
            return HttpResponseRedirect(url)
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response

    def form_valid(self, form: Any) -> HttpResponse:
        """Send the code, whether the phone is known or not."""
        PhoneCodeProcess.begin(self.request, form.cleaned_data["phone"])
        url: str = self.get_success_url()  # type: ignore[no-untyped-call]
        return HttpResponseRedirect(url)


@method_decorator(
    login_stage_required(stage=LoginByCodeStage.key, redirect_urlname="account_login"), name="dispatch"
)
class CodePage(ConfirmLoginCodeView):  # type: ignore[misc]
    """The page that takes the code."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Find the pending sign-in of this session."""
        self.stage = request._login_stage  # type: ignore[attr-defined]  # noqa: SLF001 - how allauth hands it on
        self._process = PhoneCodeProcess.resume(self.stage)
        if self._process is None:
            return HttpResponseRedirect(reverse("account_login"))
        # past allauth's own lookup of the process, which knows accounts only
        response: HttpResponseBase = super(ConfirmLoginCodeView, self).dispatch(request, *args, **kwargs)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Show only the end of the phone number."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"phone_tail": self._process.phone[-4:], "phone": None}


@never_cache
def confirm_code(request: HttpRequest) -> HttpResponseBase:
    """Take one try after the other: their count lies in the session, whose row is locked meanwhile."""
    key = request.session.session_key
    if request.method != "POST" or key is None:
        return CodePage.as_view()(request)
    with session_alone(key) as session:
        request.session = session
        return CodePage.as_view()(request)


class StaffView(LoginView):  # type: ignore[misc]
    """User name and password; the second factor follows."""

    template_name = "account/staff_login.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say in the demo where user names are listed."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"demo": settings.DEMO}
