import JobModel
import Storage

extension RunDetail {
    /// The object `RunDetail` of the API.
    var json: JSONObject {
        var object = summary.json
        object["jobs"] = .array(jobs.map(\.json))
        object["steps"] = [
            "paid": .count(totals.paidCalls),
            "replayed": .count(totals.replayedSteps),
            "unknown": .count(totals.unknownCalls),
        ]
        object["money"] = [
            "paid_micro_usd": .money(totals.paid),
            "saved_micro_usd": .money(totals.saved),
            "priced": .bool(totals.isPriced),
        ]
        object["budgets"] = .array(budgets.map(\.json))
        object["deadlines"] = .array(
            deadlines.map { deadline in
                [
                    "job": .optional(deadline.job), "at": .time(deadline.at), "passed_at": .time(deadline.passedAt),
                    "otherwise": .word(deadline.otherwise),
                ]
            }
        )
        object["cancel_requested"] = .bool(summary.isCancelRequested)
        return object
    }
}

extension JobDetail {
    /// The object `Job` of the API.
    var json: JSONValue {
        [
            "id": .id(id),
            "name": .string(name),
            "kind": .string(kind),
            "state": .word(state),
            "needs": .texts(needs),
            "queue": .string(queue),
            "attempts": .array(attempts.map(\.json)),
            "steps": .array(steps.map(\.json)),
            "error": error ?? .null,
            "has_output": .bool(hasOutput),
            "items": items ?? .null,
            "due_at": .time(dueAt),
            "waiting": waiting.map(\.json) ?? .null,
        ]
    }
}

extension JobDetail.Waiting {
    /// The member `waiting` of the object `Job`.
    var json: JSONValue { ["for": .word(thing), "detail": .string(detail), "since": .time(since)] }
}

extension AttemptDetail {
    /// The object `Attempt` of the API.
    var json: JSONValue {
        [
            "number": .count(number),
            "epoch": .id(epoch),
            "state": .word(state),
            "worker": worker.map(\.json) ?? .null,
            "started_at": .time(startedAt),
            "ended_at": .time(endedAt),
            "error": error ?? .null,
            "replayed": [
                "steps": .count(replayed.steps),
                "model_calls": .count(replayed.modelCalls),
                "saved_micro_usd": .money(replayed.saved),
                "damaged": .count(replayed.damaged),
            ],
        ]
    }
}

extension AttemptDetail.Holder {
    /// The member `worker` of the object `Attempt`.
    var json: JSONValue {
        ["session": .id(session), "name": .string(name), "host": .string(host), "pid": .count(pid)]
    }
}

extension StepDetail {
    /// The object `Step` of the API.
    var json: JSONValue {
        [
            "position": .string(position),
            "kind": .word(kind),
            "name": .string(name),
            "effect": .word(effect),
            "state": .word(state),
            "attempt": .count(attempt),
            "epoch": .id(epoch),
            "usage": usage ?? .null,
            "cost_micro_usd": .money(cost),
            "unknown_calls": .count(unknownCalls),
            "started_at": .time(startedAt),
            "settled_at": .time(settledAt),
            "error": .optional(error),
        ]
    }
}
