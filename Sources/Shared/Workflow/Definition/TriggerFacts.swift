package import JobModel
package import Schedules

/// What the params of a run may read of the trigger that starts it.
package struct TriggerFacts: Equatable, Sendable {
    /// The members of `trigger` by `Expression.TriggerField`.
    package let json: JSONObject

    /// - Parameters:
    ///   - schedule: The schedule's name.
    ///   - due: In seconds since 1970-01-01T00:00:00Z.
    package init(schedule: String, due: Int, in zone: Zone) {
        let text = Moment.text(due, in: zone)
        json = [
            "schedule": .string(schedule), "due_at": .string(text), "date": .string(String(text.prefix(10))),
            "timestamp": .integer(Int64(due)),
        ]
    }

    /// - Parameter events: What the run takes, in the order in which it came; not empty.
    package init(events: [JSONValue]) {
        json = [
            "events": .array(events), "event": events.last ?? .null, "partition": events.last?["key"] ?? .null,
        ]
    }

    /// - Parameters:
    ///   - partition: The partition that the run is for.
    ///   - events: What is known of it, in the order in which it came; may be empty.
    package init(partition: String, events: [JSONValue]) {
        json = [
            "events": .array(events), "event": events.last ?? .null, "partition": .string(partition),
        ]
    }
}

extension TriggerFacts {
    /// What a trigger gives its runs as params.
    func evaluate(_ params: [TemplateValue.Member]) throws(ExpressionError) -> [String: GivenParam] {
        let values = try TemplateValue.object(params).evaluate(in: ExpressionContext(trigger: json))
        var given: [String: GivenParam] = [:]
        for (name, value) in values.objectValue ?? [:] { given[name] = .value(value) }
        return given
    }
}
