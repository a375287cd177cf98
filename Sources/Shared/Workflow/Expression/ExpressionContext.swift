package import JobModel

/// What expressions are evaluated in: one run, as one of its jobs sees it.
package struct ExpressionContext: Equatable, Sendable {
    /// The run's params, as `WorkflowDefinition.checkParams` gave them.
    package var params: JSONObject
    /// What is known of the run, by the names of `Expression.RunField`.
    package var run: JSONObject
    /// The outputs of the jobs that have succeeded, by name; a job that was skipped has none.
    package var outputs: [String: JSONValue]
    /// The states of jobs that have ended, by name.
    package var states: [String: JobState]
    /// What the job knows of itself.
    package var locals: [Expression.Local: JSONValue]

    /// What is known of the trigger, by the names of `Expression.TriggerField`; only params of triggers read it.
    package var trigger: JSONObject

    package init(
        params: JSONObject = [:],
        run: JSONObject = [:],
        outputs: [String: JSONValue] = [:],
        states: [String: JobState] = [:],
        locals: [Expression.Local: JSONValue] = [:],
        trigger: JSONObject = [:]
    ) {
        self.params = params
        self.run = run
        self.outputs = outputs
        self.states = states
        self.locals = locals
        self.trigger = trigger
    }
}
