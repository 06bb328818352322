"""What a bank account has to say on either side. An object that says nothing of it isn't an empty account.

Source: huma-openapi.yaml, BankAccount; visma-employee.md, Reading and Writing.
"""

from sync.core.employee import Own
from sync.core.shape import Doc, WrongShape, as_bool, as_dict, as_text, spelt, states

LOCAL_KEYS = ("localBankAccount",)
INTERNATIONAL_KEYS = (
    "internationalIban",
    "internationalBankSwift",
    "internationalBankCountry",
    "internationalRemittanceCountry",
)
VISMA_KEYS = ("paymentType", "internationalBankAccount", *LOCAL_KEYS, *INTERNATIONAL_KEYS)
HUMA_KEYS = ("type", "number", "country", "iban", "bic")
_IN_HUMA = {key: f"bankAccount.{key}" for key in HUMA_KEYS}
_IN_VISMA = {key: f"salaryPaymentMethod.{key}" for key in VISMA_KEYS}
_HUMA_NAMES, _VISMA_NAMES = frozenset(HUMA_KEYS), frozenset(VISMA_KEYS)


def in_huma(value: Doc) -> dict[str, Own]:
    """Its kind, and an IBAN or a number. Raises ``WrongShape``.

    A missing BIC is left to ``no_bic``, a missing country to ``unknown_account_country``: neither is an empty account.
    """
    own = {key: as_text(value[key], prop) for key, prop in _IN_HUMA.items() if key in value}
    if own.get("type") is None:
        raise WrongShape(_IN_HUMA["type"])
    if own.get("iban") is None and own.get("number") is None:
        raise WrongShape(_IN_HUMA["number"])
    if ("bic" if "iban" in value else "country") not in value:
        spelt(value, _HUMA_NAMES, "bankAccount")
    return own


def in_visma(doc: Doc) -> tuple[Doc, dict[str, Own]]:
    """``salaryPaymentMethod`` as it came, and what it says of the account. Raises ``WrongShape``."""
    method = as_dict(doc.get("salaryPaymentMethod"), "salaryPaymentMethod")
    if method is None or not (method or _says_all(doc)):
        return {}, {}
    states(method, _VISMA_NAMES, "salaryPaymentMethod")
    own: dict[str, Own] = {}
    for key, prop in _IN_VISMA.items():
        said = method.get(key)
        if said is not None and said != "":
            own[key] = as_bool(said, prop) if key == "internationalBankAccount" else as_text(said, prop)
    return method, own


def names_an_account(doc: Doc, method: Doc) -> None:
    """Where the salary is paid into an account, there is one. Raises ``WrongShape``."""
    if method.get("localBankAccount") is None and method.get("internationalIban") is None and _says_all(doc):
        raise WrongShape(_IN_VISMA["localBankAccount"])


def _says_all(doc: Doc) -> bool:
    """Whether nothing that is needed may be missing: a draft may be saved with anything missing [A]."""
    return doc.get("isDraft") is not True
