package import JobModel

/// What the jobs of a run have to pass, with the run's own params.
package struct RunGates: Equatable, Sendable {
    /// What all of its jobs have to pass.
    package var ofRun: [Gate] = []
    /// What single jobs have to pass, by their names.
    package var ofJobs: [String: [Gate]] = [:]
    /// The line they stand in; nil for the team's.
    package var share: LineShare?
    /// Which submissions become one run with it.
    package var start: StartRule?
}

extension WorkflowDefinition {
    /// What the jobs of a run have to pass.
    ///
    /// - Throws: `ExpressionError` when a key has no value.
    package func gates(params: JSONObject, team: String) throws(ExpressionError) -> RunGates {
        var gates = RunGates()
        let context = ExpressionContext(params: params, run: ["workflow": .string(name)])
        gates.share = try share?.share(workflow: name, in: context)
        gates.start = try start?.rule(in: context)
        for limit in limits where limit.holder == .run {
            gates.ofRun.append(try limit.gate(job: nil, workflow: name, team: team, in: context))
        }
        let shared = limits.filter { $0.holder == .job }
        for job in jobs {
            var own: [Gate] = []
            for limit in shared + job.limits {
                own.append(try limit.gate(job: job.name, workflow: name, team: team, in: context))
            }
            if !own.isEmpty { gates.ofJobs[job.name] = own }
        }
        return gates
    }
}
