"""What was read of people and hasn't been stored yet."""

from dataclasses import dataclass, field

from sync.core.records.employee import Employee, Side
from sync.core.records.skipping import Skipped
from sync.models import SyncRun
from sync.reading.snapshots import forget, store_people, store_skipped


@dataclass
class ReadBuffer:
    """The people who were ``read``, those who are ``passed`` over, and by side the ids of those who are ``gone``."""

    read: list[Employee] = field(default_factory=list)
    passed: list[Skipped] = field(default_factory=list)
    gone: dict[str, list[str]] = field(default_factory=lambda: {Side.HUMA: [], Side.VISMA: []})

    @property
    def is_any(self) -> bool:
        """Whether anybody was read or passed over since the last store."""
        return bool(self.read or self.passed)

    def drop(self, side: Side) -> None:
        """Drop what was read of a side, because it is read from its start."""
        self.read = [person for person in self.read if person.side is not side]
        self.passed = [one for one in self.passed if one.side is not side]
        self.gone[side.value] = []

    def store(self, run: SyncRun) -> None:
        """Store all of it. A person who was read is stored after they were passed over, so the read counts."""
        newest = {(person.side, person.id): person for person in self.read}  # a shifting list has some people twice
        store_skipped(run, {(one.side, one.id): one for one in self.passed}.values())
        store_people(run, list(newest.values()))
        for side, ids in self.gone.items():
            if ids:
                forget(run, side, ids)
