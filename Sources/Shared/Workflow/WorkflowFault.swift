/// One thing that is wrong with a workflow file, and where.
package struct WorkflowFault: Equatable, Sendable, CustomStringConvertible {
    /// The name of the file, as it was given.
    package let file: String
    /// The line of the offending key or value, counted from 1.
    package let line: Int
    /// The column of the offending key or value, in Unicode scalars, counted from 1.
    package let column: Int
    /// What is wrong, as a path of keys such as `jobs.analyze.needs[0]`; empty for the file as a whole.
    package let path: String
    /// What is wrong with it, in lower case.
    package let message: String
    /// What to write instead, if that is known.
    package let hint: String?

    package init(file: String, line: Int, column: Int, path: String, message: String, hint: String? = nil) {
        self.file = file
        self.line = line
        self.column = column
        self.path = path
        self.message = message
        self.hint = hint
    }

    /// The fault as compilers write it: `report.yaml:12:5: jobs.analyze: …; hint`.
    package var description: String {
        let place = "\(file):\(line):\(column): "
        return place + (path.isEmpty ? "" : path + ": ") + message + (hint.map { "; " + $0 } ?? "")
    }
}
