"""What nobody sends by mistake: odd paths, query strings, fields, headers, cookies and bodies."""

from typing import Any

LONG = "x" * 20_000
"""The content of one long field. It is no longer because Django refuses bodies over 2.5 MB."""
TEXTS = {
    "NUL": "a\0b",
    "20 kB": LONG,
    "many words": "a b " * 5_000,
    "signs of patterns": "%_\\'\"`;--$1{}[](*+?",
    "a tag": "<script>alert(1)</script>",
    "slashes": "../../etc/passwd",
    "beyond the plane": "\U0010ffff\ufffe\u202e\u200b",
    "line breaks": "a\r\nSet-Cookie: b=c\n\v\f\x85\u2028",
    "a huge number": "9" * 4999,
    "a number of the database's size": "9223372036854775808",
    "a negative number": "-1",
    "another digit": "²",
    "not a number": "NaN",
    "nothing": "",
    "JSON": '{"a": [null, 1e999]}',
}
"""Values of a field."""

NAMES = (
    *(
        "q",
        "search",
        "show",
        "field",
        "kind",
        "new",
        "link",
        "page",
        "all",
        "group",
        "to",
        "choice",
        "expected",
        "typed",
    ),
    *("number", "fingerprint", "only", "change", "changes", "run", "state", "huma", "visma", "births", "why", "newest"),
    *(
        "conflict",
        "seen",
        "match",
        "person",
        "left_out",
        "notice",
        "answer",
        "from",
        "assign",
        "invite",
        "reuse",
        "next",
    ),
    *("name", "tenant_id", "client_id", "client_secret", "token", "username", "password", "user", "until", "reason"),
    *("o", "p", "e", "_to_field", "_popup", "_changelist_filters", "id__exact", "username__exact", "action"),
    *(
        "csrfmiddlewaretoken",
        "language",
        "recipients",
        "threshold_people",
        "schedule",
        "accounts",
        "default_end_reason",
    ),
)
"""Names of fields that one of the pages reads."""

PATH_PARTS: tuple[str, ...] = (
    "%00",
    "a%00b",
    "%2F",
    "a%2Fb",
    "<b>",
    "%3C",
    "%FF%FE",
    "%ED%A0%80",
    "..",
    "%2E%2E",
    "%0D%0A",
    "%F0%9F%98%80",
)
PATH_PARTS += (
    "-",
    "0",
    "9" * 5000,
    "x" * 3000,
    "'",
    "%27%20OR%201=1",
    "%25",
    "%",
    "%zz",
    "|",
    "\\",
    "?",
    "#",
    ";",
    " ",
    "~",
)
"""What stands in an address where a code, a number or an id belongs."""

CHARSETS: tuple[str, ...] = (
    "utf-7",
    "utf-16",
    "UTF-8",
    "utf8",
    "latin-1",
    "rot13",
    "hex",
    "zlib",
    "undefined",
    "idna",
    "punycode",
    "nix",
)
CHARSETS += ("unicode_escape", "", '"', '"utf-8', "\0", "x" * 5000, "utf-8; charset=utf-7", "../../../etc/passwd", "å")
CONTENT_TYPES = (
    *(f"application/x-www-form-urlencoded; charset={one}" for one in CHARSETS),
    *(f"multipart/form-data; boundary=b; charset={one}" for one in CHARSETS),
    *(f"application/json; charset={one}" for one in CHARSETS),
    *("text/plain", "", ";", "/", "a/b/c", "multipart/form-data", "multipart/form-data; boundary=", "å/æ", "*/*"),
    f"multipart/form-data; boundary={'b' * 300}",
    *("multipart/form-data; boundary=å", "multipart/mixed; boundary=b", 'multipart/form-data; boundary="'),
    *("text/plain; x*=nix''%41", "application/x-www-form-urlencoded; charset*=utf-7''utf-7", "text/plain; =; ;;"),
)
BODIES = (
    b"",
    b"a=%00&b=\x00",
    b"search=%FF%FE&q=%ED%A0%80",
    b"a=b&" * 2000,
    b"--b\r\n",
    b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--",
    b'--b\r\nContent-Disposition: form-data; name="search"\r\n\r\na\x00b\r\n--b--\r\n',
    b'--b\r\nContent-Disposition: form-data; name="q"\r\nContent-Type: text/plain; charset=utf-7\r\n\r\n+\r\n--b--\r\n',
    b'--b\r\nContent-Disposition: form-data; name="search"\r\nContent-Transfer-Encoding: base64\r\n\r\n!\r\n--b--\r\n',
    b'--b\r\nContent-Disposition: form-data; name="f"; filename="a\x00b"\r\n\r\nx\r\n--b--\r\n',
    b"--b\r\nContent-Disposition: form-data; name*=nix''a; filename*=utf-7''%41\r\n\r\nx\r\n--b--\r\n",
    b"--b\r\nContent-Disposition: form-data; name=" + b"a" * 5000 + b"\r\n\r\nx\r\n--b--\r\n",
    b'{"topic": "\\u0000", "users": [{"id": "\\ud800"}]}',
    b"[" * 100_000,
    b"\xff\xfe\x00",
    b"x" * 3_000_000,
)
HEADERS: tuple[dict[str, Any], ...] = (
    *(
        {"Accept-Language": one}
        for one in ("x" * 9000, "nb;q=nan", "*;q=1e999", "\xff", "nb-" * 300, ",,,;;;", "../nb")
    ),
    *({"Cookie": f"sessionid={one}"} for one in ("x" * 9000, '"\\000aaaaaaaaaaaa"', "å" * 40, "' OR 1=1", "")),
    *({"Cookie": f"csrftoken={one}"} for one in ("x" * 9000, '"\\000"', "å", "x" * 32, "x" * 64)),
    *({"Cookie": f"django_language={one}"} for one in ("../nb", '"\\000"', "x" * 900, "å")),
    *({"Cookie": f"messages={one}"} for one in ("x" * 900, '"\\000"', "[]", "W10:1:1")),
    {"Cookie": "=;;;" * 500},
    *({"HX-Request": "true", "HX-Current-URL": one} for one in ("http://[", "\xff", "x" * 9000, "//", "javascript:1")),
    {"HX-Request": "true", "HX-Current-URL": "%00", "HX-Current-URL-URI-AutoEncoded": "true"},
    {"HX-Request": "true", "HX-Prompt": "%ff", "HX-Prompt-URI-AutoEncoded": "true", "HX-Target": "x" * 9000},
    {"HX-Request": "true", "HX-Trigger": "\xff", "HX-Trigger-Name": "x", "Triggering-Event": "{"},
    {"HX-Request": "maybe", "HX-Boosted": "true", "HX-History-Restore-Request": "true"},
    *(
        {"Host": one}
        for one in ("", "evil.example", "[", "127.0.0.1:http", "å", "x" * 5000, "a b", "127.0.0.1:99999999")
    ),
    *({"Referer": one} for one in ("http://[", "\xff", "x" * 9000, "https://[::1", "about:blank")),
    *({"Origin": one} for one in ("http://[", "null", "\xff", "http://127.0.0.1:x")),
    *({"X-Forwarded-Proto": one} for one in ("https", "x" * 900, "\xff", "https,http")),
    *({"X-Forwarded-For": one} for one in ("x", "\xff", "1.2.3.4," * 500)),
    *({"If-Modified-Since": one} for one in ("x", "Mon, 99 Xxx 9999999999 99:99:99 GMT", "\xff")),
    *({"If-None-Match": one} for one in ("*", '"', "W/" * 900)),
    *({"Range": one} for one in ("bytes=0-0,-1", "bytes=9999999999999999999-", "x")),
    *({"Accept": one} for one in ("x", "*/*;q=x", "\xff", ",")),
    *({"huma-topic": one} for one in ("\xff", "x" * 9000)),
    *({"huma-hmac-sha256": one} for one in ("\xff", "x" * 9000)),
    *({"Authorization": one} for one in ("\xff", "Bearer " + "x" * 9000, "Basic =")),
    *({"Accept-Encoding": one} for one in ("gzip;q=x", "\xff", "br;q=999")),
    *({"X-CSRFToken": one} for one in ("\xff", "x" * 9000)),
)
