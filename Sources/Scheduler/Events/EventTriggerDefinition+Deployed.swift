import Storage
import Workflow

extension EventTriggerDefinition {
    /// The trigger as it is deployed.
    func deployed(of workflow: WorkflowDefinition) -> NewEventTrigger {
        NewEventTrigger(
            name: name,
            team: workflow.team ?? SubmissionRequest.defaultTeam,
            summary: condition.summary,
            gather: gather.rawValue,
            mostActive: mostActive,
            events: condition.names
        )
    }
}
