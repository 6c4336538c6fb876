"""Many processes at work on one issuer, and processes that die at a chosen moment.

Run as a program of its own, so that what it forks has no threads: `crowd.py PLAN`, where
PLAN is JSON: {"home", "database_url"?, "do": …, …}. Exits 0 if every process that was not
killed ended well. Prints what it did as JSON.
"""

import functools
import inspect
import json
import os
import random
import signal
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import event

from contexts import canonicalize
from issuer.home.issuer import Issuer
from issuer.home.settings import load
from issuer.issuance import finish, receive
from issuer.issuance.approval import Approval, from_data
from issuer.issuance.status_lists import lists
from keys import durable_file

MEETINGS = 100
STATEMENTS = {}
"""SQL that was compiled once: what is forked later need not compile it again."""


def main(plan):
    random.seed(0)
    warm = {"@context": ["https://www.w3.org/ns/credentials/v2"], "id": "urn:x:y", "name": "x"}
    canonicalize(warm)  # what is compiled once need not be compiled in each child
    done = {"deliver": deliver_all, "revoke": revoke_all, "kill": kill_many}[plan["do"]](plan)
    print(json.dumps(done))


def make_issuer(plan):
    settings = load(Path(plan["home"]))
    if "database_url" in plan:
        settings = replace(settings, database_url=plan["database_url"])
    issuer = Issuer(settings)
    issuer.database.engine.update_execution_options(compiled_cache=STATEMENTS)
    return issuer


def make_approval(number, revision=1) -> Approval:
    return from_data(
        {
            "revision": revision,
            **({"reason": "a test"} if revision > 1 else {}),
            "approval_id": f"a-{number}",
            "achievement": {"id": "rhythms"},
            "recipient": {"name": "Jordan Example", "emails": ["jordan@school.example"]},
            "narrative": {"skill": "s", "goal": "g", "measured_outcome": "m"},
            "levels": {"learning": "met", "work": "met"},
            "approved_at": "2026-05-15T15:00:00Z",
        }
    )


def deliver(issuer, number, event_id, revision=1):
    now, approval = datetime.now(UTC), make_approval(number, revision)
    return receive(issuer, approval, source="forms", event_id=event_id, now=now)


def spread(workers, work):
    """Run `work(place)` in that many forked processes; return their wait statuses."""
    children = []
    for place in range(workers):
        child = os.fork()
        if child == 0:
            try:
                work(place)
            except BaseException as exc:
                print(f"{type(exc).__name__}: {exc}", file=sys.stderr, flush=True)
                os._exit(1)
            os._exit(0)
        children.append(child)
    return [os.waitpid(child, 0)[1] for child in children]


def deliver_all(plan):
    """Deliver every approval under three event ids. At the first ones the processes meet."""
    deliveries = [(n, f"e-{n}-{turn}") for n in range(plan["approvals"]) for turn in range(3)]
    rest = deliveries[MEETINGS:]
    random.shuffle(rest)
    deliveries[MEETINGS:] = rest

    def work(place):
        issuer = make_issuer(plan)
        for number, event_id in deliveries[place :: plan["workers"]]:
            deliver(issuer, number, event_id)

    return {"failed": sum(status != 0 for status in spread(plan["workers"], work))}


def revoke_all(plan):
    def work(place):
        issuer = make_issuer(plan)
        for public_id in plan["ids"][place :: plan["workers"]]:
            lists.revoke(issuer, public_id, reason="a test", by="command", now=datetime.now(UTC))

    return {"failed": sum(status != 0 for status in spread(plan["workers"], work))}


def kill_many(plan):
    """Deliver approvals in processes that are killed at each step of a delivery in turn, and
    then in one that lives. It writes what was acknowledged to `plan["acked"]`. With `revisions`
    in the plan, each is corrected so often that there are so many.
    """
    steps = count_steps(plan)
    killed = turn = 0
    while killed < plan["kills"]:
        number, step = turn // plan["turns"], turn % (steps + 1) + 1
        statuses = spread(1, lambda _, n=number, s=step, t=turn: one_life(plan, n, t, s))
        if os.WIFSIGNALED(statuses[0]) and os.WTERMSIG(statuses[0]) == signal.SIGKILL:
            killed += 1
        elif statuses[0] != 0:
            return {"failed": 1}
        turn += 1
    return {"failed": 0, "killed": killed, "approvals": number + 1, "steps": steps}


def one_life(plan, number, turn, last_step):
    issuer = make_issuer(plan)
    mark_steps(issuer, last_step)
    log = os.open(plan["acked"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for revision in range(1, plan.get("revisions", 1) + 1):
        received = deliver(issuer, number, f"e-{number}-{turn}-{revision}", revision)
        line = json.dumps([number, received.credential_id, revision]) + "\n"
        os.write(log, line.encode())


def count_steps(plan):
    """Return how many steps a first delivery has, by making one.

    It is made here, so that processes which are forked later find compiled what it needs.
    """
    issuer = make_issuer(plan)
    passed = mark_steps(issuer, None)
    for revision in range(1, plan.get("revisions", 1) + 1):
        deliver(issuer, "counted", f"e-counted-{revision}", revision)
    issuer.database.close()
    return len(passed)


def mark_steps(issuer, last_step):
    """Note each commit, signature, check and file, before and after; die at `last_step`."""
    passed = []

    def step(name):
        passed.append(name)
        if len(passed) == last_step:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(owner, name):
        original = inspect.unwrap(getattr(owner, name))  # marked before the fork, too

        @functools.wraps(original)
        def stepped(*args, **kwargs):
            step(f"before {name}")
            answer = original(*args, **kwargs)
            step(f"after {name}")
            return answer

        setattr(owner, name, stepped)

    around(issuer.database.engine.dialect, "do_commit")
    around(finish, "secure")
    around(finish, "self_check")
    around(durable_file, "replace")
    event.listen(issuer.database.engine, "begin", lambda _: step("begin"))
    (issuer.settings.public / "status" / "1").unlink(missing_ok=True)  # a file to write, too
    return passed


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
