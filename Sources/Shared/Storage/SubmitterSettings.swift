/// What the connections set on which runs are submitted.
package enum SubmitterSettings {
    /// For `PostgresConnection.Options.sessionSettings`.
    package static let all = [
        // Compiling a plan costs more than these statements do.
        "jit": "off",
        // With an empty queue's statistics the place of a new job would be looked for in the whole table, and still
        // would be when the table is full.
        "enable_seqscan": "off", "enable_bitmapscan": "off",
    ]
}
