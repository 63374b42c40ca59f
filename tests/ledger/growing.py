"""A log that is only a tree: heads of every size with their proofs, and forks of it under the same key."""

from dataclasses import dataclass, field

from registry.ledger.chain import Frontier, Node, complete_root, consistency_proof, leaf_hash
from registry.ledger.notes import Head, Vkey, sign_note
from registry.ledger.signing import Ed25519Signer

ORIGIN = "growing.example/log"


@dataclass(frozen=True)
class Tree:
    """Leaves `salt`-0, `salt`-1, … after the first `shared` ones, which every tree has in common."""

    origin: str = ORIGIN
    salt: str = ""
    shared: int = 0
    signer: Ed25519Signer = field(default_factory=Ed25519Signer.generate)

    @property
    def vkey(self) -> Vkey:
        return Vkey(self.origin, self.signer.public)

    def leaf(self, index: int) -> bytes:
        return leaf_hash(f"{self.salt if index >= self.shared else ''}-{index}".encode())

    def head(self, size: int) -> Head:
        root = Frontier().extend(self.leaf(index) for index in range(size)).root
        return Head(self.origin, size, root)

    def note(self, size: int) -> str:
        return sign_note(self.head(size).text, self.origin, self.signer)

    def proof(self, old: int, new: int) -> list[bytes]:
        return consistency_proof(old, new, self._node()) if old else []

    def forked(self, salt: str, at: int) -> "Tree":
        """Another tree of the same log: alike up to `at`, then different."""
        return Tree(self.origin, salt, at, self.signer)

    def _node(self) -> Node:
        def node(height: int, index: int) -> bytes:
            first = index << height
            return complete_root(b"".join(self.leaf(at) for at in range(first, first + (1 << height))))

        return node
