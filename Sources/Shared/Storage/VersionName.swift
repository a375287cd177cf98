import Postgres

/// A version of a workflow, as a file names it.
package struct VersionName: Hashable, Sendable {
    package let workflow: String
    package let number: Int

    package init(workflow: String, number: Int) {
        self.workflow = workflow
        self.number = number
    }
}

extension [VersionName] {
    /// The two arrays that statements take.
    var parameters: [PostgresParameter] { [.array(map(\.workflow)), .array(map { Int64($0.number) })] }
}
