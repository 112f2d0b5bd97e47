"""GETs of one account outside of any run: paced like all others, patient with failures."""

from datetime import UTC, datetime, timedelta

from importer.journal import Journal
from importer.model.calls import Call
from importer.model.errors import AnswerLost, NotSent
from importer.model.stop import Stop
from importer.platforms import PLATFORMS
from importer.sending.connection import Connection
from importer.sending.verdicts import JudgedReply, Verdict, judge
from importer.settings.settings import Account

_ATTEMPTS = 4
_BACK_OFF_S = 1.0
_LONGEST_PAUSE = timedelta(minutes=10)  # of a platform's; a report is not worth more


class Reader:
    """Asks GETs of one account, paced by the journal's row for it and patient with failures."""

    def __init__(
        self, connection: Connection, account: Account, journal: Journal, stop: Stop
    ) -> None:
        self._connection = connection
        self._account = account
        self._journal = journal
        self._stop = stop
        self._platform = PLATFORMS[account.platform]

    def ask(self, call: Call) -> JudgedReply | None:
        """What came, after a few tries where nothing worth reading did; None once stopped."""
        answer = None
        for attempt in range(1, _ATTEMPTS + 1):
            wait_s = self._journal.reserve(self._account.name, self._account.limit.pace_s)
            if self._stop.wait(wait_s):
                return answer
            answer = self._answer(call)
            if answer.verdict in {Verdict.ACCEPTED, Verdict.REFUSED}:
                return answer
            if answer.verdict is Verdict.NOT_SIGNED_IN:
                self._connection.renew()
            elif answer.pause_until is not None:
                self._journal.pause(self._account.name, answer.pause_until)
                if answer.pause_until - datetime.now(UTC) > _LONGEST_PAUSE:
                    return answer
            elif self._stop.wait(_BACK_OFF_S * attempt):
                return answer
        return answer

    def _answer(self, call: Call) -> JudgedReply:
        try:
            return judge(self._platform, self._connection.send(call))
        except (NotSent, AnswerLost) as error:
            return judge(self._platform, error)
