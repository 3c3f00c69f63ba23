"""`README.txt`: what the signature of a bundle proves, and what it does not, in plain words."""

from __future__ import annotations

from passerby.rights.bundle.manifest import Manifest

_TEXT = """\
A BUNDLE OF EVIDENCE

Bundle       {bundle}
Case         {case}
Made at      {made_at} (by the clock of the machine that made it)
Signed with  {key}
             (SHA-256 of the public key in DER)
History      {entries}, head {head}

What is in here
manifest.json lists every file with its size, its SHA-256 and what it is.
signature is an Ed25519 signature of the manifest, public-key.pem the key to check it with.
chain.json is the history of the client's records as a chain of digests, and those entries of it
that belong to this case. Of all others it holds digests only: what they say is not in there.

What the signature proves
These bytes have not changed since somebody who held the private key signed them: no file was
changed, added, removed or renamed, and no entry of the history was taken away.

What it does not prove
- Who that was. Anybody can make a key. Compare the fingerprint above with one that you were
  given in another way: by telephone, on paper, in an earlier letter.
- When it was. The time above is what a machine's clock said. A letter that was sent carries, at
  its foot, the head of the history as it stood then: it shows that all entries up to that one
  existed when the letter was sent. A time-stamp by somebody else shows it too.
- That what the files say is true.
- That nothing was left out when the bundle was made. Whoever holds the key can sign a shorter
  history; the heads in the letters that were sent show it.

How to check it
With Passerby, on any machine, without any records of it:
  passerby request verify-bundle FILE --key FINGERPRINT --anchor HEAD
By hand, with unzip, OpenSSL 3 and sha256sum:
  unzip FILE -d bundle && cd bundle
  (printf 'passerby bundle manifest 1\\n'; cat manifest.json) > signed
  openssl pkeyutl -verify -pubin -inkey public-key.pem -rawin -in signed -sigfile signature
  openssl pkey -pubin -in public-key.pem -outform DER | sha256sum
  find . -type f -exec sha256sum '{{}}' +
and compare each sum with the one in manifest.json.
"""


def write_readme(manifest: Manifest) -> bytes:
    """Return the text for a bundle. `manifest` need not list the members yet."""
    chain = manifest.chain
    return _TEXT.format(
        bundle=manifest.bundle,
        case=manifest.case,
        made_at=manifest.made_at.strftime("%Y-%m-%d %H:%M:%S UTC"),
        key=manifest.key,
        entries="1 entry" if chain.entries == 1 else f"{chain.entries} entries",
        head=chain.head,
    ).encode()
