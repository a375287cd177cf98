import JobModel
import Storage

extension RunSelection {
    /// Takes the members of a filter.
    ///
    /// - Throws: `Problem` when they are none, or when it would select all runs.
    init(_ members: JSONMembers) throws {
        var members = members
        self.init()
        if let given = members.optionalValue("states"), !given.isNull {
            let words = given.arrayValue?.map(\.stringValue) ?? [nil]
            let known = words.compactMap { $0.flatMap(RunState.init) }
            guard known.count == words.count, !known.isEmpty else {
                let all = RunState.allCases.map(\.rawValue).joined(separator: ", ")
                throw Problem(.badRequest, "\"states\" is a list of some of \(all)")
            }
            states = Set(known)
        }
        workflow = try members.optionalText("workflow")
        team = try members.optionalText("team")
        for (name, value) in try members.optionalObject("params") ?? [:] {
            params[name] = value.stringValue ?? value.text()
        }
        if let milliseconds = try members.optionalInteger("older_than_ms", in: 1...Int64.max / 1_000) {
            olderThan = .milliseconds(milliseconds)
        }
        try members.finish()
        guard !isEverything else {
            throw Problem(
                .badRequest,
                "the filter selects every run; say \"workflow\", \"team\", \"states\", \"params\" or \"older_than_ms\""
            )
        }
    }

    /// What the audit log says of it.
    var json: JSONValue {
        var object = JSONObject()
        if let states { object["states"] = .texts(states.map(\.rawValue).sorted()) }
        if let workflow { object["workflow"] = .string(workflow) }
        if let team { object["team"] = .string(team) }
        if !params.isEmpty {
            object["params"] = .object(
                JSONObject(params.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
            )
        }
        if let olderThan { object["older_than"] = .string(olderThan.shortText) }
        return .object(object)
    }
}
