internal import JobModel

extension LimitDefinition {
    private static let keysOfJob = KnownKeys(["at_once", "rate", "per", "of", "connection", "key"])
    private static let keysOfWorkflow = KnownKeys(["runs", "jobs", "rate", "per", "of", "key"])
    private static let range = 1...1_000_000

    /// Reads the limits of a job or of a workflow.
    static func list(_ field: SourceField, ofJob: Bool) -> [LimitDefinition] {
        (field.elements(of: "limits", atMost: maximumCount) ?? []).compactMap { Self(reading: $0, ofJob: ofJob) }
    }

    /// Reads a limit; nil where it cannot be used, which is reported.
    private init?(reading field: SourceField, ofJob: Bool) {
        guard let mapping = field.mapping(ofJob ? Self.keysOfJob : Self.keysOfWorkflow) else { return nil }
        let kinds = ofJob ? ["at_once", "rate"] : ["runs", "jobs", "rate"]
        let given = kinds.filter { mapping[$0] != nil }
        guard let kind = given.first, given.count == 1, let count = mapping[kind] else {
            guard !given.isEmpty || !mapping.hasUnknownKeys else { return nil }
            field.fault(
                given.isEmpty ? "the limit limits nothing" : "\(given.joined(separator: " and ")) exclude each other",
                hint: "a limit has one of \(kinds.joined(separator: ", "))"
            )
            return nil
        }
        let most = count.integer(in: Self.range)
        let period = kind == "rate" ? Self.period(mapping) : nil
        if kind != "rate", let per = mapping["per"] {
            per.fault("per belongs to a rate", hint: "write rate in place of \(kind), or remove per")
        }
        let scope = Self.scope(mapping, ofJob: ofJob)
        let key = mapping["key"].flatMap { $0.keyTemplate() }
        guard let most, let scope, kind != "rate" || period != nil, mapping["key"] == nil || key != nil else {
            return nil
        }
        self.init(
            holder: ofJob || kind == "jobs" ? .job : .run,
            scope: scope,
            key: key,
            most: most,
            period: period
        )
    }

    private static func period(_ mapping: SourceMapping) -> Duration? {
        mapping.required("per", hint: "a rate has a period, as in {rate: 10, per: 1m}")?
            .duration(atLeast: .milliseconds(1))
    }

    private enum Word: String, CaseIterable { case job, workflow, team }
    private enum WordOfWorkflow: String, CaseIterable { case workflow, team }

    private static func scope(_ mapping: SourceMapping, ofJob: Bool) -> Scope? {
        if let connection = mapping["connection"] {
            mapping["of"]?.fault("of and connection exclude each other", hint: "keep one of them")
            return connection.name().map { .connection($0) }
        }
        guard let of = mapping["of"] else { return ofJob ? .job : .workflow }
        if ofJob {
            return of.choice(Word.self).map { word in
                switch word {
                case .job: .job
                case .workflow: .workflow
                case .team: .team
                }
            }
        }
        return of.choice(WordOfWorkflow.self).map { $0 == .team ? .team : .workflow }
    }
}

extension ShareDefinition {
    /// Reads a share; nil where it cannot be used, which is reported.
    init?(reading field: SourceField) {
        guard let mapping = field.mapping(KnownKeys(["key", "weight"])) else { return nil }
        let key = mapping["key"].flatMap { $0.keyTemplate() }
        let weight = mapping["weight"].map { $0.integer(in: 1...Self.maximumWeight) } ?? 1
        guard let weight, mapping["key"] == nil || key != nil else { return nil }
        self.init(key: key, weight: weight)
    }
}

extension SourceField {
    /// A text that is known before a run starts: its expressions read params alone.
    func keyTemplate() -> Template? {
        guard let template = wordTemplate() else { return nil }
        for reference in template.references.sorted(by: { $0.description < $1.description }) {
            switch reference {
            case .param, .run(.workflow): continue
            default:
                fault(
                    "\(reference) is not known before the run starts",
                    hint: "a key reads params, as in ${{ params.customer }}"
                )
                return nil
            }
        }
        return template
    }

    /// What a job asks of its worker: labels and their values.
    func labels() -> [String: String] {
        var labels: [String: String] = [:]
        for (name, key, value) in entries(of: "labels", atMost: Labels.maximumCount) ?? [] {
            guard key.check(name: name) != nil, let word = value.word() else { continue }
            guard Labels.isValue(word) else {
                value.fault(
                    "\(quoted(word)) is no value of a label",
                    hint: "it has 1 to 63 letters, digits, dots, _ and -"
                )
                continue
            }
            labels[name] = word
        }
        return labels
    }
}
