/// What is gathered while one file is read: its faults, and where expressions stand.
final class ReadingContext {
    /// An expression-bearing value and its place.
    struct Use {
        let references: Set<Expression.Reference>
        let place: SourcePlace
        let path: SourcePath
    }

    let faults: FaultCollector
    /// Whether the file was accepted before.
    let isKept: Bool
    private var uses: [Use] = []

    init(faults: FaultCollector, isKept: Bool) {
        self.faults = faults
        self.isKept = isKept
    }

    /// Notes what the expressions at a place refer to; checked once all params and jobs are known.
    func note(_ references: Set<Expression.Reference>, at place: SourcePlace, path: SourcePath) {
        guard !references.isEmpty else { return }
        uses.append(Use(references: references, place: place, path: path))
    }

    /// The uses noted since the last call.
    func takeUses() -> [Use] {
        defer { uses = [] }
        return uses
    }
}
