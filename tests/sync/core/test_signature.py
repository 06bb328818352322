"""Checks of a body's signature and of a token."""

import hashlib
import hmac
from base64 import b64encode, urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.core.signature import bears, is_signed

BODY = b'{"topic": "users-update", "users": [{"id": "\xc3\xa5"}]}'
SECRET = "hemmelig-å"


def digest(body=BODY, secret=SECRET):
    return hmac.new(secret.encode(), body, hashlib.sha256)


@pytest.mark.parametrize(
    "signature",
    [
        digest().hexdigest(),
        digest().hexdigest().upper(),
        f" {digest().hexdigest()} ",
        b64encode(digest().digest()).decode(),
        b64encode(digest().digest()).decode().rstrip("="),
    ],
    ids=["hex", "capitals", "spaces", "base64", "unpadded"],
)
@pytest.mark.parametrize("named", ["", "sha256=", "SHA256=", "Sha256 = ", "  sha256=\t"])
def test_a_signature_is_taken_in_hex_and_in_base64_whether_or_not_it_is_named(named, signature):
    assert is_signed(BODY, named + signature, SECRET)


@pytest.mark.parametrize("named", ["sha1=", "sha512=", "sha256", "sha256:", "sha256=sha256=", "hmac-sha256=", "="])
def test_under_another_name_it_is_no_signature(named):
    assert not is_signed(BODY, named + digest().hexdigest(), SECRET)


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "=",
        "0" * 64,
        "å" * 64,
        "\udcff" * 64,
        "\x00",
        digest().hexdigest()[:-1],
        digest().hexdigest() + "0",
        "sha256=",
        f"sha256={hashlib.sha256(BODY).hexdigest()}",
        f"sha256={digest(secret='hemmelig').hexdigest()}",
        hashlib.sha256(BODY).hexdigest(),
        digest(BODY + b" ").hexdigest(),
        digest(secret="hemmelig").hexdigest(),
        urlsafe_b64encode(digest(secret="").digest()).decode(),
    ],
)
def test_anything_else_is_no_signature(signature):
    assert not is_signed(BODY, signature, SECRET)


def test_an_empty_secret_signs_nothing():
    assert not is_signed(BODY, digest(secret="").hexdigest(), "")


@given(body=st.binary(max_size=200), secret=st.text(min_size=1, max_size=40), flip=st.integers(0, 255))
def test_one_bit_more_or_less_and_the_signature_is_wrong(body, secret, flip):
    secret = secret.encode("utf-8", "ignore").decode() or "x"
    signature = digest(body, secret).hexdigest()
    assert is_signed(body, signature, secret)
    changed = bytearray(body or b"\x00")
    changed[flip % len(changed)] ^= 1 << flip % 8
    assert is_signed(bytes(changed), signature, secret) == (bytes(changed) == body)


@pytest.mark.parametrize("header", ["Bearer hemmelig", "bearer hemmelig", "  BEARER   hemmelig "])
def test_a_token_is_borne(header):
    assert bears(header, "hemmelig")


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "hemmelig", "Basic hemmelig", "Bearer hemmeli", "Bearer å"]
)
def test_another_header_bears_no_token(header):
    assert not bears(header, "hemmelig")


def test_a_token_that_is_not_set_is_borne_by_nobody():
    assert not bears("Bearer ", "")
