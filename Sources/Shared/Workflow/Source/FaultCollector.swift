/// Gathers the faults of one file while it is read.
final class FaultCollector {
    /// The most faults that are kept; a file with more says so in a last one.
    static let maximumFaults = 200

    private let file: String
    private var faults: [WorkflowFault] = []
    private var isFull: Bool { faults.count >= Self.maximumFaults }
    private var firstLeftOut: SourcePlace?

    init(file: String) { self.file = file }

    /// Whether nothing was wrong so far.
    var isEmpty: Bool { faults.isEmpty }

    /// Keeps one fault.
    func add(_ message: String, at place: SourcePlace, path: String = "", hint: String? = nil) {
        guard !isFull else {
            firstLeftOut = firstLeftOut ?? place
            return
        }
        faults.append(
            WorkflowFault(
                file: file,
                line: place.line,
                column: place.column,
                path: path,
                message: message,
                hint: hint
            )
        )
    }

    /// Keeps a fault that says the same wherever it is, the first time only.
    func addOnce(_ message: String, at place: SourcePlace, hint: String? = nil) {
        guard !faults.contains(where: { $0.message == message }) else { return }
        add(message, at: place, hint: hint)
    }

    /// All that was wrong, sorted by place; faults of one place stay in the order in which they were found.
    func gathered() -> WorkflowFaults {
        var sorted = faults.enumerated().sorted {
            ($0.element.line, $0.element.column, $0.offset) < ($1.element.line, $1.element.column, $1.offset)
        }.map(\.element)
        if let place = firstLeftOut {
            sorted.append(
                WorkflowFault(
                    file: file,
                    line: place.line,
                    column: place.column,
                    path: "",
                    message: "there are more faults than \(Self.maximumFaults)",
                    hint: "mend these first"
                )
            )
        }
        return WorkflowFaults(sorted)
    }
}
