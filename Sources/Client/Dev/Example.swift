/// One of the examples: a workflow, and a script that loads its data.
struct Example: Equatable, Sendable {
    let name: String
    let directory: String

    var workflow: String { directory + "/workflow.yaml" }
    /// The script that loads the data into the database `WAREHOUSE_URL`; it may be missing.
    var loader: String { directory + "/load" }
}
