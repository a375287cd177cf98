package import Storage
package import Workflow

extension WorkflowDefinition {
    /// The versions of other workflows that its jobs start by their numbers.
    package var namedVersions: [VersionName] {
        Set(
            jobs.compactMap { job in
                guard case .workflow(let child) = job.kind, let number = child.version else { return nil }
                return VersionName(workflow: child.workflow, number: number)
            }
        ).sorted { ($0.workflow, $0.number) < ($1.workflow, $1.number) }
    }
}
