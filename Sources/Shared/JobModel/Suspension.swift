/// Thrown by a job's handler to park the job until something changes: without a lease, a slot or a process.
///
/// No attempt is spent. The handler runs again from its checkpoints when somebody resumes the job, looks at the thing
/// again, and goes on or suspends again; so a resume that was not needed does no harm. Throw it outside of steps.
package struct Suspension: Error, Equatable, Sendable {
    /// What a suspended job may wait for.
    package enum Thing: String, CaseIterable, Sendable {
        case approval, effect, event, time, budget, run, batch, items
    }

    /// When a suspended job goes on although nobody resumed it, by the database's clock.
    package enum Deadline: Equatable, Sendable {
        /// So long after it was suspended.
        case after(Duration)
        /// At this time, in microseconds since 1970-01-01 00:00 UTC.
        case at(microseconds: Int64)
    }

    package let waitsFor: Thing
    /// When it goes on in any case; nil leaves it to those who resume it.
    package let until: Deadline?
    /// What exactly it waits for, for people, such as `notify in step t0004.1`.
    package let detail: String

    package init(waitsFor: Thing, until: Deadline? = nil, detail: String) {
        self.waitsFor = waitsFor
        self.until = until
        self.detail = detail
    }

    /// What it waits for, in one line for people.
    package var shown: String { detail.isEmpty ? waitsFor.rawValue : "\(waitsFor.rawValue): \(detail)" }

    /// Waits for all of several things; nil when there are none.
    ///
    /// Whichever of them changes first has the job look at all of them.
    package init?(joining suspensions: [Suspension]) {
        guard let first = suspensions.first else { return nil }
        let times = suspensions.compactMap(\.until)
        // Lengths are counted from the same moment, and times are absolute: the earliest of either kind is enough, since
        // the handler looks again then.
        let earliest = times.compactMap { deadline -> Int64? in
            if case .at(let microseconds) = deadline { microseconds } else { nil }
        }.min()
        let shortest = times.compactMap { deadline -> Duration? in
            if case .after(let length) = deadline { length } else { nil }
        }.min()
        self.init(
            waitsFor: first.waitsFor,
            until: shortest.map { .after($0) } ?? earliest.map { .at(microseconds: $0) },
            detail: suspensions.map(\.detail).joined(separator: "; ")
        )
    }
}
