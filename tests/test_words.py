"""Phrases that no page, email or command may use any more, in both languages: a list of phrases, not of words.

"Lønn" and "run" are right in many sentences ("lønnskjøring", "the database server runs"), so the list has
phrases around them. The words to use instead are in docs/glossary.md.
"""

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import polib
import pytest
from django.core.management import get_commands
from django.core.management.base import BaseCommand

BASE = Path(__file__).resolve().parent.parent
CATALOGUE = polib.pofile(str(BASE / "locale" / "nb" / "LC_MESSAGES" / "django.po"))
DJANGOS = "humavisma/django_words.py"
"""The module with the sentences that Django wrote."""

ENGLISH = (
    # Fetching and sending, not reading and writing.
    r"\b(was|were|being|been) (read|written)\b",
    r"\bread (again|both|from|in) (Huma|Visma|systems|sides)\b|\b[Rr]ead again\b|\bas read\b|\bRead to the end\b",
    r"\b(nothing|what|that|values?|changes?) (is|are|will be) written\b|\b[Ww]ritten (in)?to (Huma|Visma)",
    r"\bto write\b|\bWrite (for|them|it)\b|\bis writing\b|\bwrites to\b",
    # The two systems.
    r"\b(both|either|neither|one|other|each|which) sides?\b",
    # A sync.
    r"\b([Aa]|[Tt]h(e|is|at)|[Aa]nother|[Nn]ext|[Ee]very|[Ww]hich|[Aa]ll|[Oo]pen|[Ll]arge|[Nn]o) runs?\b(?! on)",
    # Two-person words.
    r"\b(be|was|were|been|is|are) (released|dropped)\b|\b(Release|Drop) (all|them|it|what)\b|\bdrop them\b",
    r"\bis held (until|\w+ed)\b|\bWaits for (you|an owner|approval)\b",
    r"\bsuperusers?\b|\bpayroll contacts?\b|\bvendor('s|s)?\b",
    # Keys and accesses.
    r"\bcredentials\b|\b(old|new|webhook's) secret\b|\bthe secret (isn't|under|there)\b|\b(Show|Replace) the secret\b",
    r"\b[Aa]n access (to|is|of)\b|\b(this|the) access (change|belongs|in)\b",
    # Riddles.
    r"\bby (itself|themselves)\b|\bBy (itself|themselves)\b",
    r"\banother look\b|\bafter a look\b|\blook at them first\b",
    r"\b(until|before|unless) she\b|\bher (differences|own)\b",
    r"\bgoes on\b|\bGo on\b",
    r"\bis fine too\b|\bare many$|\bput right\b|\bPut right\b|\bwhere it comes from\b",
    r"\bnever below\b|\bWhat Huma (told|said|tells)\b|\bneeds you\b|\bwaits for a person\b",
    r"\bbeside each\b|\bone more lock\b|\banother way$|\bnothing follows\b|\bmade anew\b|\blies in\b",
    r"\bhears? of\b|\bstands (here|further|where)\b|\bsingly\b|\blook whether\b|\bonly looks\b",
    r"\breach(es)? payroll\b|\breached payroll\b|\bPayroll is untouched\b|\bpayroll (completes|keeps|entered)\b",
    r"\bgone from\b|\bGone from\b|\btake(n)? back\b",
)

NORWEGIAN = (
    # Hente og overføre.
    r"\b(ble|er|blir|var|bli) (lest|skrevet)\b|\b(ingenting|hva som|det som|endringer?|verdien?e?) skrives\b",
    r"\b[Ll]es(e|es|t)? (på nytt|helt ut|fra (Huma|Visma))\b|\bsystemene (leses|ble lest)\b|\bsom lest\b",
    r"\b[Ss]kriv(es|er)? (dem|til (Huma|Visma|lønn)|av seg)\b|\bmåtte skrives\b|\bå skrive$|\bskriver (akkurat )?nå\b",
    # Systemene.
    r"\b(begge|noen av|ingen av|en av|hver|andre) side(r|ne|n)\b",
    # Synkronisering.
    r"\bSynkroniser brukere\b|\b[Ss]ynkronisert brukere\b",
    r"\b([Ee]n|[Dd]en(ne)?|[Nn]este|[Hh]ver|[Aa]lle|[Ii]ngen|[Hh]vilke|[Ss]tore|[Nn]oen|åpne) kjøring(en|er)?\b",
    r"\bavvik(et|ene|er)?\b",
    # Godkjenne og avvise.
    r"\b[Ss]l[iua]pp(e|et|er|es)? (\w+ )?gjennom\b|\b[Ff]rigi\b|\b[Ff]orkast(e|er|es|et)?\b",
    r"\bholdt tilbake til\b",
    r"\bsuperbruker|\b[Ll]ønnsansvarlig|\bleverandør",
    # Nøkler og tilganger.
    r"\bhemmelighet|\b([Ff]orny|[Ff]ornyet|slett\w+) nøklene\b|\bnøklene (er )?slette[ts]\b|\bnøklene som denne\b",
    r"\b(en|denne) tilgang(en)? (til hvert|til Open|hører)\b|\binstallasjonens egen\b",
    # Lønn er ikke et sted.
    r"\b(når|nådd|nå|til|spør|rører?) lønn\b|\b[Ll]ønn (har|beholder|ser|la inn|gjør|er ikke rørt)\b",
    # Gåter.
    r"\bav seg selv\b|\b[Hh]un\b|\bhennes\b",
    r"\btrenger (deg|en ny titt)\b|\bny titt\b|\b[Uu]sikkert$|\b[Vv]ennligst\b",
    r"\bgår også fint uten\b|\ber mange$|\bder det kommer fra\b|\bder den kommer fra\b|\baldri under\b",
    r"\bhar fortalt\b|\bHuma forteller\b|\bfølger ingenting av\b|\blås til\b|\btimers mellomrom\b|\bpå en annen måte$",
    r"\b[Bb]orte fra\b|\bDette er likt: Ansattnummer\.|\bble stående som\b|\bfå gjøre\b|\bfår gjøre\b",
    r"\b[Ll]øs(te)? (den )?kobling",
)

ONCE_READ = {
    "en": (
        "First an access to each side. Connecting only looks whether both answer.",
        "above 20 % of the people, and never below 10, their number has to be typed",
        "Where a person is asked, nothing is written until she decides.",
        "Write them after a look",
        "It goes on when an owner resumes it.",
        "None is fine too.",
        "Put right what stands beside each of them",
        "What Huma told",
        "By themselves",
        "Waits for you",
        "One field needs another look.",
        "14 people are many",
        "Read again",
        "Changes from Huma that haven't reached payroll. Release them, or drop them.",
        "A run waits for you.",
        "Renew the credentials",
        "Only a superuser can confirm this.",
    ),
    "nb": (
        "over 20 % av personene, og aldri under 10, må antallet skrives inn",
        "Men aldri under så mange personer",
        "Ett felt trenger en ny titt.",
        "Hva de får gjøre",
        "Blir en person spurt, skrives ingenting før hun har bestemt seg.",
        "Det Huma forteller, noteres, og det følger ingenting av det før de er på.",
        "Den som vil ha en lås til, setter det her og i Huma.",
        "Hvor mange timer, med noen timers mellomrom",
        "Rett det der det kommer fra.",
        "Først en tilgang til hvert system. Å koble til er bare å sjekke at begge svarer.",
        "Det går også fint uten.",
        "Sett på en annen måte",
        "Ingenting måtte skrives.",
        "14 personer er mange",
        "Skal endringer i Huma skrives av seg selv fra nå av?",
        "En eier slipper den gjennom eller forkaster den.",
        "1 avvik ble stående som det er.",
        "Lønnsansvarlig gjør dem ferdige der.",
        "Så mye ble endret på en gang at noen bør se på det før det når lønn.",
        "Samme ansattnummer, men ellers er ingenting likt. Dette er likt: Ansattnummer.",
        "Vennligst oppgi gyldig brukernavn og passord til en administrasjonsbrukerkonto.",
        "Personer som lest",
        "Velg avvik å se",
        "Lest helt ut",
    ),
}
"""Sentences that people could read before. The list must find each of them."""


def said(language: str) -> Iterator[str]:
    """All texts of the product: the catalogue, and in English also the commands' help."""
    for entry in CATALOGUE:
        if language == "nb":
            yield from filter(None, [entry.msgstr, *entry.msgstr_plural.values()])
        elif any(path != DJANGOS for path, _line in entry.occurrences):
            yield from filter(None, [entry.msgid, entry.msgid_plural])
    if language == "en":
        yield from helped()


def helped() -> Iterator[str]:
    """The help texts of our commands and their arguments."""
    for name, app in get_commands().items():
        if app in ("sync", "connections"):
            command: BaseCommand = import_module(f"{app}.management.commands.{name}").Command()
            yield command.help
            for action in command.create_parser("manage.py", name)._actions:
                yield action.help or ""


@pytest.mark.parametrize(("language", "phrases"), [("en", ENGLISH), ("nb", NORWEGIAN)], ids=["en", "nb"])
def test_phrases_that_are_not_used_are_in_no_text(language: str, phrases: tuple[str, ...]) -> None:
    known = re.compile("|".join(f"(?:{phrase})" for phrase in phrases))
    assert {text: found[0] for text in said(language) if (found := known.search(text))} == {}


@pytest.mark.parametrize(("language", "phrases"), [("en", ENGLISH), ("nb", NORWEGIAN)], ids=["en", "nb"])
def test_the_list_knows_what_people_could_read_before(language: str, phrases: tuple[str, ...]) -> None:
    known = re.compile("|".join(f"(?:{phrase})" for phrase in phrases))
    assert [text for text in ONCE_READ[language] if not known.search(text)] == []
