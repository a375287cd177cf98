internal import JobModel

extension WorkflowReader {
    /// The most jobs that follow each ending of a run.
    static let maximumHooks = 10

    /// Reads the jobs that follow the ending of a run.
    func readHooks(_ mapping: SourceMapping, besides jobs: [ReadJob]) -> [ReadJob] {
        var taken = Set(jobs.map(\.name))
        var hooks: [ReadJob] = []
        for hook in JobFlow.Hook.allCases {
            guard let field = mapping[hook.rawValue] else { continue }
            for var job in readJobs(field, atMost: Self.maximumHooks) {
                guard taken.insert(job.name).inserted else {
                    job.key.fault("there is another job \(quoted(job.name))")
                    continue
                }
                for key in ["runs", "teardown", "group"] {
                    job.value.member(key)?.fault("a job under \(hook.rawValue) has no \(key)")
                }
                job.definition?.flow.hook = hook
                let own = Set(field.entries(of: "jobs")?.map(\.name) ?? [])
                for need in job.needs where !own.contains(need.name) {
                    need.field.fault(
                        "a job under \(hook.rawValue) comes after all jobs, and needs only others under "
                            + hook.rawValue
                    )
                }
                job.needs.removeAll { !own.contains($0.name) }
                hooks.append(job)
            }
        }
        return hooks
    }

    /// Puts the members of groups in the place of their groups, and reports what rules can never hold.
    func resolveGroups(_ jobs: inout [ReadJob]) {
        let names = Set(jobs.map(\.name))
        var groups: [String: [String]] = [:]
        for job in jobs {
            guard let group = job.definition?.flow.group else { continue }
            if names.contains(group) {
                job.value.member("group")?.fault("the group \(quoted(group)) is named like a job")
            }
            groups[group, default: []].append(job.name)
        }
        for place in jobs.indices {
            var needs: [Need] = []
            var seen: Set<String> = []
            for need in jobs[place].needs {
                let members = names.contains(need.name) ? nil : groups[need.name]
                if members?.contains(jobs[place].name) == true {
                    need.field.fault("the job needs the group \(quoted(need.name)), to which it belongs")
                    continue
                }
                for name in members ?? [need.name] where seen.insert(name).inserted { needs.append((name, need.field)) }
            }
            jobs[place].needs = needs
            checkRule(of: jobs[place])
        }
    }

    private func checkRule(of job: ReadJob) {
        guard let flow = job.definition?.flow, flow.setup == nil, flow.rule != .allSucceeded, job.needs.isEmpty else {
            return
        }
        let never = flow.rule.verdict(NeedsRule.Counts(missing: 0)) == .skip
        job.value.member("runs")?.fault(
            "\(flow.rule.rawValue) speaks of the jobs that are needed, and none is"
                + (never ? ": the job would never run" : ""),
            hint: "add needs, or remove runs"
        )
    }

    /// Adds what teardowns and the jobs that follow a run's ending wait for, and what they do not say.
    func addImpliedNeeds(_ jobs: inout [ReadJob]) {
        let ordinary = jobs.filter { $0.definition?.flow.hook == nil }.map(\.name)
        let implied = impliedByTeardowns(jobs, ordinary: ordinary)
        for place in jobs.indices {
            let needs = jobs[place].definition?.flow.hook == nil ? implied[place] : ordinary
            let (present, key) = (Set(jobs[place].needs.map(\.name)), jobs[place].key)
            jobs[place].needs += needs.filter { !present.contains($0) }.map { ($0, key) }
        }
        for place in jobs.indices {
            let needs = jobs[place].needs.map(\.name)
            jobs[place].definition?.needs = needs
        }
    }

    /// What teardowns wait for without saying so, for each job; a teardown that cannot be is reported.
    private func impliedByTeardowns(_ jobs: [ReadJob], ordinary: [String]) -> [[String]] {
        let places = Dictionary(zip(jobs.map(\.name), jobs.indices)) { first, _ in first }
        var setups = [Int?](repeating: nil, count: jobs.count)
        for (place, job) in jobs.enumerated() {
            guard let setup = job.definition?.flow.setup else { continue }
            setups[place] = places[setup]
            guard setups[place] == nil || setup == job.name else { continue }
            setups[place] = nil
            (job.value.member("teardown") ?? job.key).fault(
                "there is no other job \(quoted(setup))",
                hint: Spelling.hint(for: setup, among: ordinary.filter { $0 != job.name })
            )
        }
        let needs = jobs.map { job in job.needs.compactMap { places[$0.name] } }
        let teardowns = TeardownNeeds(needs: needs, setups: setups)
        for place in teardowns.early {
            guard let setup = jobs[place].definition?.flow.setup else { continue }
            (jobs[place].value.member("teardown") ?? jobs[place].key)
                .fault("the job comes before \(setup), which it takes down")
        }
        return teardowns.implied.map { needs in needs.map { jobs[$0].name } }
    }

    /// Reports jobs that would start their own workflow again, without an end.
    func checkChildren(of jobs: [ReadJob], in workflow: String) {
        for job in jobs {
            guard case .workflow(let child)? = job.definition?.kind, child.workflow == workflow else { continue }
            job.value.member("workflow")?.fault(
                "the workflow would start itself, in a cycle",
                hint: "name another workflow"
            )
        }
    }

    /// Whether the list of a map stands at a place.
    static func isOver(_ path: SourcePath) -> Bool {
        path.isAt("map") || path.isAt("map.over")
    }

    /// Whether the fold of a map stands at a place.
    static func isFold(_ path: SourcePath) -> Bool { path.isAt("map.fold") }

    /// Why a job cannot know a value of its own at a place; nil when it can.
    static func fault(of local: Expression.Local, at path: SourcePath, in flow: JobFlow?) -> (String, String?)? {
        switch local {
        case .item, .index:
            let isOver = isOver(path) || isFold(path)
            if flow?.map != nil, !isOver { return nil }
            return ("\(local.rawValue) is known where a job is mapped", isOver ? nil : "add map")
        case .round, .previous:
            return flow?.loop != nil
                ? nil : ("\(Expression.Reference.local(local)) is known where a job is repeated", "add repeat")
        case .arguments, .tool: return ("\(local.rawValue) is known in the rules of approve alone", nil)
        case .outputs: return isFold(path) ? nil : ("outputs is known in the fold of a map alone", nil)
        case .output:
            return path.isAt("repeat.until") || path.isOf("produces")
                ? nil : ("output is known in until and produces alone", "the output of another job is jobs.NAME.output")
        case .event: return ("event is known in the where of a trigger alone", nil)
        }
    }
}
