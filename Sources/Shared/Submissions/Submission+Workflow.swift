package import JobModel
package import Storage
package import Workflow

extension RunStore.Submission {
    /// A run of a workflow, with all that its file says of the run and of each job.
    ///
    /// - Parameters:
    ///   - source: The file as it was given.
    ///   - params: As `checkParams` returns them.
    ///   - team: Whose run it is; `assign` sets one that is not known yet.
    /// - Throws: `ExpressionError` when a key of `limits`, `share` or `start` has no value.
    package init(
        _ workflow: WorkflowDefinition,
        source: String,
        params: JSONObject,
        team: String,
        idempotencyKey: String? = nil
    ) throws(ExpressionError) {
        let gates = try workflow.gates(params: params, team: team)
        self.init(
            workflow: workflow.name,
            source: source,
            team: team,
            params: params,
            jobs: workflow.jobs.map { RunStore.NewJob($0, gates: gates.ofJobs[$0.name] ?? []) },
            idempotencyKey: idempotencyKey
        )
        self.gates = gates.ofRun
        share = gates.share
        start = gates.start
        watches = workflow.watches
        notices = workflow.notices
        namedVersions = workflow.namedVersions
    }
}

extension RunStore.NewJob {
    fileprivate init(_ job: JobDefinition, gates: [Gate]) {
        self.init(
            name: job.name,
            kind: job.kind.name.rawValue,
            queue: job.claimQueue,
            priority: Int16(clamping: job.priority),
            needs: job.needs,
            rule: job.flow.storedRule,
            isDecisive: !job.flow.mayFail,
            gates: gates,
            watches: job.flow.watches
        )
    }
}
