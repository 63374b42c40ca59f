"""What a password costs, apart from everything else: argon2id when somebody signs in and when a key sealed
under it signs, against the function alone. Bench lines elsewhere sign with open keys and pay none of it.
"""

import secrets

from argon2 import PasswordHasher
from argon2.low_level import Type, hash_secret_raw

from registry.parties import keys
from tests.bench.measuring import Row, compare

PHRASE = "一句足够长的口令 of the bench"
ROUNDS, EACH = 5, 4


def run() -> list[Row]:
    stored, bare = keys.hash_password(PHRASE), PasswordHasher()
    _signer, sealed = keys.create_sealed(PHRASE)
    message, salt = secrets.token_bytes(300), secrets.token_bytes(16)

    def sign_in(_number: int) -> None:
        assert keys.password_fits(stored, PHRASE)

    def sign(_number: int) -> None:
        keys.sign_sealed(sealed, PHRASE, message)

    def verify(_number: int) -> None:
        bare.verify(stored, PHRASE)

    def derive(_number: int) -> None:
        hash_secret_raw(PHRASE.encode(), salt, keys.PASSES, keys.MEMORY, keys.LANES, 32, Type.ID)

    return [
        compare("password at sign-in · argon2id alone", sign_in, verify, rounds=ROUNDS, each=EACH),
        compare("signature by a sealed key · argon2id alone", sign, derive, rounds=ROUNDS, each=EACH),
    ]
