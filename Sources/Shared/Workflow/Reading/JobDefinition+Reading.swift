internal import JobModel

extension JobDefinition {
    private static let keys = KnownKeys(
        JobKind.Name.allCases.map(\.rawValue) + [
            "needs", "when", "retry", "timeout", "queue", "priority", "budget", "limits", "requires",
        ]
            + JobFlow.keys
    )

    /// Reads a job; nil where it cannot be used, which is reported.
    ///
    /// - Parameter key: The place of the job's name.
    /// - Parameter needs: Gets the jobs it needs, also where the rest cannot be used.
    init?(reading field: SourceField, name: String, key: SourceField, needs: inout [(name: String, field: SourceField)])
    {
        guard let mapping = field.mapping(Self.keys) else { return nil }
        needs = Self.needs(mapping["needs"], of: name)
        let when = mapping["when"]?.condition()
        let retry = mapping["retry"].map { RetryPolicy(reading: $0) } ?? RetryPolicy()
        let timeout = mapping["timeout"]?.duration()
        let queue = mapping["queue"].map { $0.name() ?? "" } ?? "default"
        let flow = JobFlow(reading: mapping)
        let priority = mapping["priority"].map { $0.integer(in: -1_000...1_000) ?? 0 } ?? 0
        let budget = mapping["budget"].flatMap(Budget.init(reading:))
        let limits = mapping["limits"].map { LimitDefinition.list($0, ofJob: true) } ?? []
        let requires = mapping["requires"]?.labels() ?? [:]
        guard let kind = JobKind(reading: mapping, key: key) else { return nil }
        if budget != nil, kind.spendingLimit != nil {
            mapping["budget"]?.fault("the job has a budget and limits.usd", hint: "keep one of them")
        }
        if flow.loop != nil, !field.context.isKept, case .command(let command) = kind, command.usesGateway {
            mapping["repeat"]?.fault(
                "a command with connections or steps is not repeated",
                hint: "have the program go round by itself, or repeat a job of the kind workflow"
            )
        }
        self.init(
            name: name,
            kind: kind,
            needs: needs.map(\.name),
            when: when,
            retry: retry,
            timeout: timeout,
            queue: queue,
            priority: priority,
            budget: budget ?? kind.spendingLimit.map { Budget(limit: $0) },
            flow: flow,
            limits: limits,
            requires: requires
        )
    }

    private static func needs(_ field: SourceField?, of job: String) -> [(name: String, field: SourceField)] {
        guard let elements = field?.elements(of: "jobs") else { return [] }
        var needs: [(name: String, field: SourceField)] = []
        var seen: Set<String> = []
        for element in elements {
            guard let name = element.text(of: "the name of a job") else { continue }
            if seen.insert(name).inserted {
                needs.append((name, element))
            } else {
                element.fault("\(quoted(name)) is needed twice")
            }
        }
        return needs
    }
}

extension JobKind {
    /// Reads what a job does: exactly one of the kinds must be there.
    init?(reading mapping: SourceMapping, key: SourceField) {
        let names = Name.allCases.filter { mapping[$0.rawValue] != nil }
        guard let name = names.first, let field = mapping[name.rawValue] else {
            // A kind that is misspelt, or not supported yet, was reported as an unknown key.
            guard !mapping.hasUnknownKeys else { return nil }
            let known = Name.allCases.map(\.rawValue).joined(separator: ", ")
            key.fault("the job does not say what to do", hint: "add one of \(known)")
            return nil
        }
        guard names.count == 1 else {
            let found = names.map(\.rawValue).joined(separator: " and ")
            key.fault("the job has \(found), it must have one of them", hint: "make two jobs of it")
            return nil
        }
        let kind: JobKind? =
            switch name {
            case .agent: AgentDefinition(reading: field).map(JobKind.agent)
            case .llm: LLMDefinition(reading: field).map(JobKind.llm)
            case .command: CommandDefinition(reading: field).map(JobKind.command)
            case .sql: SQLDefinition(reading: field).map(JobKind.sql)
            case .http: HTTPDefinition(reading: field).map(JobKind.http)
            case .wait: WaitDefinition(reading: field).map(JobKind.wait)
            case .approval: ApprovalDefinition(reading: field).map(JobKind.approval)
            case .workflow: ChildDefinition(reading: field).map(JobKind.workflow)
            case .handler: HandlerDefinition(reading: field).map(JobKind.handler)
            }
        guard let kind else { return nil }
        self = kind
    }
}
