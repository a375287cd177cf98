/// A version of a workflow, as a file names it.
package struct VersionName: Hashable, Sendable {
    package let workflow: String
    package let number: Int

    package init(workflow: String, number: Int) {
        self.workflow = workflow
        self.number = number
    }
}
