import JobModel
import Storage
import Workflow

extension EventTriggerDefinition {
    /// The run that starts from something, without `start` of the file: what becomes one run is the affair of what starts
    /// it, and a run that another takes the place of would lose what it was started for.
    ///
    /// - Throws: `ExpressionError` or `Problem` when its params cannot be made of that.
    func submission(
        of workflow: WorkflowDefinition,
        source: String,
        _ facts: TriggerFacts
    ) throws -> RunStore.Submission {
        var submission = try SubmissionRequest.submission(
            workflow,
            source: source,
            params: try params(of: facts),
            team: workflow.team ?? SubmissionRequest.defaultTeam,
            idempotencyKey: nil
        )
        submission.start = nil
        return submission
    }

    /// The assets that it hears of.
    var assets: [String] { condition.names.compactMap(AssetName.asset(of:)) }
}
