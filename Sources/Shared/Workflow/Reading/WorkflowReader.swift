internal import JobModel

/// Understands a whole file.
struct WorkflowReader {
    private static let keys = KnownKeys(
        [
            "name", "description", "team", "params", "triggers", "jobs", "budget", "limits", "share", "start",
            "deadline",
            "notify",
        ]
            + JobFlow.Hook.allCases.map(\.rawValue),
        later: ["env"]
    )

    let context: ReadingContext

    init(_ context: ReadingContext) { self.context = context }

    /// Returns the definition; nil, or a part of it, where faults were reported.
    func read(_ root: SourceField) -> WorkflowDefinition? {
        guard let mapping = root.mapping(Self.keys) else { return nil }
        let name = mapping.required("name", hint: "the first line of a file is name: NAME")?.name()
        let description = mapping["description"]?.text()
        let team = mapping["team"]?.name()
        let params = mapping["params"].map(readParams) ?? []
        let triggers = mapping["triggers"].map { readTriggers($0, params: params) } ?? (schedules: [], events: [])
        let budget = mapping["budget"].flatMap(Budget.init(reading:))
        let limits = mapping["limits"].map { LimitDefinition.list($0, ofJob: false) } ?? []
        let share = mapping["share"].flatMap(ShareDefinition.init(reading:))
        let start = mapping["start"].flatMap(StartDefinition.init(reading:))
        checkUsesOfParams(params)
        let deadline = mapping["deadline"].flatMap { WatchTerms(deadline: $0) }
        let notices = mapping["notify"]?.notices() ?? []
        var jobs = mapping.required("jobs", hint: "a workflow has at least one job").map { readJobs($0) } ?? []
        jobs += readHooks(mapping, besides: jobs)
        resolveGroups(&jobs)
        addImpliedNeeds(&jobs)
        let graph = checkedGraph(of: jobs)
        check(jobs, params: params, graph: graph)
        if let name { checkChildren(of: jobs, in: name) }
        checkCycles(of: triggers.events, through: jobs)
        guard let name, let graph else { return nil }
        return WorkflowDefinition(
            name: name,
            description: description,
            team: team,
            params: params.map(\.definition),
            schedules: triggers.schedules,
            eventTriggers: triggers.events.map(\.definition),
            jobs: jobs.compactMap(\.definition),
            graph: graph,
            budget: budget,
            limits: limits,
            share: share,
            start: start,
            watches: deadline.map { [$0] } ?? [],
            notices: notices
        )
    }

    // MARK: Params

    /// A param with its name, also where it could not be understood.
    typealias ReadParam = (name: String, definition: ParamDefinition)

    private func readParams(_ field: SourceField) -> [ReadParam] {
        (field.entries(of: "params", atMost: 100) ?? []).map { name, key, value in
            _ = key.check(name: name)
            return (name, ParamDefinition(reading: value, name: name))
        }
    }

    /// Reports params that keys of the whole workflow read and that are not there.
    private func checkUsesOfParams(_ params: [ReadParam]) {
        let known = params.map(\.name)
        for use in context.takeUses() {
            for case .param(let name) in use.references where !known.contains(name) {
                context.faults.add(
                    "there is no param \(quoted(name))",
                    at: use.place,
                    path: use.path.description,
                    hint: Spelling.hint(for: name, among: known)
                )
            }
        }
    }

    // MARK: Jobs

    /// A job that another one needs, and where it says so.
    typealias Need = (name: String, field: SourceField)

    /// A job as it was read, also where it could not be understood.
    struct ReadJob {
        let name: String
        let key: SourceField
        let value: SourceField
        var definition: JobDefinition?
        var needs: [Need]
        let uses: [ReadingContext.Use]
    }

    func readJobs(_ field: SourceField, atMost most: Int = WorkflowDefinition.maximumJobs) -> [ReadJob] {
        guard let entries = field.entries(of: "jobs", atMost: most) else { return [] }
        if entries.isEmpty { field.fault("there is no job", hint: "a workflow has at least one job") }
        return entries.map { name, key, value in
            _ = key.check(name: name)
            var needs: [(name: String, field: SourceField)] = []
            var definition = JobDefinition(reading: value, name: name, key: key, needs: &needs)
            let uses = context.takeUses()
            // The list and the fold are for the mapped job alone, not for its items.
            definition?.flow.references = uses.filter { !Self.isOver($0.path) && !Self.isFold($0.path) }
                .reduce(into: []) { $0.formUnion($1.references) }
            return ReadJob(name: name, key: key, value: value, definition: definition, needs: needs, uses: uses)
        }
    }

    /// The graph; nil where a job is missing or jobs wait for each other, which is reported.
    private func checkedGraph(of jobs: [ReadJob]) -> WorkflowGraph? {
        let names = jobs.map(\.name)
        let known = Set(names)
        var isComplete = true
        for job in jobs {
            for need in job.needs where !known.contains(need.name) {
                isComplete = false
                need.field.fault(
                    "there is no job \(quoted(need.name))",
                    hint: Spelling.hint(for: need.name, among: names)
                )
            }
        }
        do throws(WorkflowCycles) {
            // A need that is no job is reported already; the others may still wait for each other.
            let graph = try WorkflowGraph(jobs.map { ($0.name, $0.needs.map(\.name).filter(known.contains)) })
            return isComplete ? graph : nil
        } catch {
            report(error, jobs)
            return nil
        }
    }

    private func report(_ error: WorkflowCycles, _ jobs: [ReadJob]) {
        for cycle in error.cycles {
            guard let first = cycle.first, let job = jobs.first(where: { $0.name == first }) else { continue }
            let next = cycle.count > 1 ? cycle[1] : first
            let field = job.needs.first { $0.name == next }?.field ?? job.key
            let shown = cycle.count > 20 ? Array(cycle[..<20] + ["…"]) : cycle
            field.fault("jobs wait for each other: \((shown + [first]).joined(separator: " → "))")
        }
    }

    // MARK: References

    private func check(_ jobs: [ReadJob], params: [ReadParam], graph: WorkflowGraph?) {
        let params = params.map(\.name)
        let names = jobs.map(\.name)
        let (knownParams, knownJobs) = (Set(params), Set(names))
        for job in jobs {
            for use in job.uses {
                for reference in use.references.sorted(by: { $0.description < $1.description }) {
                    let fault: (String, String?)? =
                        switch reference {
                        case .run: nil
                        case .trigger:
                            ("\(reference) is known in the params of a trigger only", "take it over as a param")
                        case .param(let name):
                            knownParams.contains(name)
                                ? nil
                                : ("there is no param \(quoted(name))", Spelling.hint(for: name, among: params))
                        // Where a value stood that was taken for known, it fails when it is read, and not before.
                        case .local where context.isKept: nil
                        case .local(let local): Self.fault(of: local, at: use.path, in: job.definition?.flow)
                        case .output(let other), .state(let other):
                            knownJobs.contains(other)
                                ? fault(job.name, readsOutputOf: other, graph)
                                : ("there is no job \(quoted(other))", Spelling.hint(for: other, among: names))
                        }
                    guard let (message, hint) = fault else { continue }
                    context.faults.add(message, at: use.place, path: use.path.description, hint: hint)
                }
            }
        }
    }

    private func fault(_ job: String, readsOutputOf other: String, _ graph: WorkflowGraph?) -> (String, String?)? {
        guard job != other else { return ("the job reads its own output", nil) }
        guard let graph, !graph.isBehind(job, other) else { return nil }
        return ("the output of \(other) is read, but \(job) does not need it", "add \(other) to needs")
    }
}
