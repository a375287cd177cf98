import JobModel

/// The first record of every journal: what the attempt inherits, durable before the attempt does anything else.
///
/// A worker that lost its lease and writes on writes behind this mark, where nobody reads.
struct InheritanceMark: Hashable, Sendable {
    /// The journal that the mark stands in.
    let journal: JournalName
    /// What is inherited, oldest first.
    let inherited: [InheritedJournal]
}

extension InheritanceMark {
    private enum Key {
        static let format = "format"
        static let mark = "mark"
        static let run = "run"
        static let job = "job"
        static let part = "part"
        static let epoch = "epoch"
        static let inherited = "inherited"
        static let lineCount = "lines"
        static let byteCount = "bytes"
        static let limits = "through"
    }

    /// The mark as it stands in a line.
    var json: JSONValue {
        [
            Key.format: .integer(Int64(RecordLine.format)),
            Key.mark: .object(
                JSONObject(Self.members(of: journal) + [(Key.inherited, .array(inherited.map(Self.json(of:))))])
            ),
        ]
    }

    private static func members(of journal: JournalName) -> [(String, JSONValue)] {
        var members: [(String, JSONValue)] = [
            (Key.run, .integer(journal.job.run.rawValue)), (Key.job, .integer(journal.job.job.rawValue)),
        ]
        if journal.job.part != .attempts { members.append((Key.part, .string(journal.job.part.rawValue))) }
        members.append((Key.epoch, .integer(journal.epoch.rawValue)))
        return members
    }

    private static func json(of part: InheritedJournal) -> JSONValue {
        var object = JSONObject(members(of: part.journal))
        object[Key.lineCount] = .integer(Int64(part.lineCount))
        object[Key.byteCount] = .integer(Int64(part.byteCount))
        if !part.limits.isEmpty { object[Key.limits] = .array(part.limits.map { .string($0.description) }) }
        return .object(object)
    }

    /// The mark that stands in a line, or nil when something it needs is missing or of the wrong type, or when it names a
    /// journal of its own job that is not an earlier one.
    init?(json: JSONValue) {
        guard let mark = json[Key.mark], let journal = Self.journal(in: mark),
            let values = mark[Key.inherited]?.arrayValue
        else { return nil }
        let inherited = values.compactMap(Self.part(in:))
        guard inherited.count == values.count,
            inherited.allSatisfy({ $0.journal.job != journal.job || $0.journal.epoch < journal.epoch })
        else { return nil }
        self.init(journal: journal, inherited: inherited)
    }

    private static func journal(in json: JSONValue) -> JournalName? {
        guard let run = json[Key.run]?.integerValue, let job = json[Key.job]?.integerValue,
            let epoch = json[Key.epoch]?.integerValue,
            let part = JobReference.Part(rawValue: json[Key.part]?.stringValue ?? "attempts")
        else { return nil }
        return JournalName(
            job: JobReference(run: RunID(rawValue: run), job: JobID(rawValue: job), part: part),
            epoch: LeaseEpoch(rawValue: epoch)
        )
    }

    private static func part(in json: JSONValue) -> InheritedJournal? {
        guard let journal = journal(in: json), let lineCount = json[Key.lineCount]?.integerValue,
            let byteCount = json[Key.byteCount]?.integerValue, lineCount >= 0, byteCount >= 0
        else { return nil }
        let texts = json[Key.limits]?.arrayValue ?? []
        let limits = texts.compactMap { $0.stringValue.flatMap(StepPosition.init) }
        guard limits.count == texts.count else { return nil }
        return InheritedJournal(
            journal: journal,
            lineCount: Int(lineCount),
            byteCount: Int(byteCount),
            limits: limits
        )
    }
}
