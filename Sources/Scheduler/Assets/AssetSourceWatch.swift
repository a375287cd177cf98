import HTTPTransport
import JobModel
import Settings
import Storage
import Threads

/// Looks at one source again and again, and tells of what has arrived.
///
/// What it remembers only spares work: the database knows what was told of.
actor AssetSourceWatch {
    /// The most files or objects of a source.
    static let limit = 100_000
    /// How many are told of in one transaction.
    static let batch = 500
    /// How often those that are still there are noted.
    static let touchInterval = Duration.seconds(3600)

    nonisolated let source: AssetSource
    private let store: ArrivalStore
    private let threads: FileThreads
    private let clock: DatabaseClock
    /// How long what is there no more is remembered, by default 90 days.
    private let retention: Duration
    private var seen: [String: String] = [:]
    private var told: [String: String] = [:]
    private var touchedAt: ContinuousClock.Instant?

    init(
        _ source: AssetSource,
        store: ArrivalStore,
        threads: FileThreads,
        clock: DatabaseClock,
        retention: Duration = .seconds(90 * 86400)
    ) {
        self.source = source
        self.store = store
        self.threads = threads
        self.clock = clock
        self.retention = retention
    }

    /// Looks once.
    ///
    /// - Returns: How many files or objects had arrived.
    func look() async throws -> Int {
        let began = try await clock.now()
        let listed = try await list()
        let marks = Dictionary(listed.map { ($0.path, $0.mark) }) { first, _ in first }
        // A file may still be written to; one that two looks in a row saw alike is whole. Objects always are.
        let before = seen
        let mayGrow = if case .files = source.place { true } else { false }
        let fresh = listed.filter { told[$0.path] != $0.mark && (!mayGrow || before[$0.path] == $0.mark) }
        seen = marks
        told = told.filter { marks[$0.key] != nil }
        var arrived = 0
        for start in stride(from: 0, to: fresh.count, by: Self.batch) {
            let part = fresh[start..<min(start + Self.batch, fresh.count)]
            let outcome = try await store.add(
                part.map { arrival($0) },
                listed: began,
                of: source.name,
                asset: source.asset,
                team: source.team
            )
            arrived += outcome.told
            for object in part where !outcome.left.contains(object.path) { told[object.path] = object.mark }
        }
        try await touch()
        return arrived
    }

    private func list() async throws -> [ListedObject] {
        switch source.place {
        case .files(let directory):
            let pattern = source.pattern
            return try await threads.run {
                try FileListing.files(in: directory, matching: pattern, limit: Self.limit)
            }
        case .objects(let bucket):
            let listing = BucketListing(bucket: bucket, client: .shared) { [clock] in
                try await clock.now().rawValue / 1_000_000
            }
            return try await listing.objects(limit: Self.limit).filter { source.pattern.match($0.name) != nil }
        }
    }

    private func arrival(_ object: ListedObject) -> ArrivalStore.Arrival {
        let partition = source.pattern.match(object.name) ?? ""
        let isKey = (1...NewEvent.maximumKeyBytes).contains(partition.utf8.count)
        return ArrivalStore.Arrival(
            path: object.path,
            mark: object.mark,
            partition: isKey ? partition : nil,
            metadata: [
                "path": .string(object.path), "name": .string(object.name), "bytes": .integer(object.bytes),
                "modified_at": object.modifiedAt.map {
                    .string(Timestamp(rawValue: $0 * 1_000_000).description)
                } ?? .null,
            ]
        )
    }

    private func touch() async throws {
        guard touchedAt.map({ .now - $0 >= Self.touchInterval }) ?? true else { return }
        // Those too that were told of before this process began.
        let paths = Array(seen.keys)
        for start in stride(from: 0, to: paths.count, by: 10_000) {
            try await store.touch(Array(paths[start..<min(start + 10_000, paths.count)]), of: source.name)
        }
        // Behind a look, and so not while the source cannot be looked at: its files would be told of again.
        while try await store.prune(of: source.name, unseenFor: retention, limit: Self.batch) == Self.batch {}
        touchedAt = .now
    }
}
