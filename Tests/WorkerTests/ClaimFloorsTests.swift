import JobModel
import Storage
import Testing

@testable import Worker

@Suite struct ClaimFloorsTests {
    private typealias Floors = ClaimFloors<ContinuousClock.Instant>

    private static func place(_ job: Int64) -> QueuePlace {
        QueuePlace(rank: 0, number: job)
    }

    private static let start = ContinuousClock.now

    private static func at(_ milliseconds: Int) -> ContinuousClock.Instant { start + .milliseconds(milliseconds) }

    /// Tells of a claim that took `milliseconds`.
    private static func claim(
        _ floors: inout Floors,
        from place: QueuePlace?,
        to last: QueuePlace?,
        isFull: Bool = true,
        at now: Int,
        taking milliseconds: Int = 1
    ) -> Bool {
        floors.claimed(
            from: place,
            to: last,
            isFull: isFull,
            in: "a",
            began: at(now - milliseconds),
            at: at(now)
        )
    }

    @Test func beginsWhereTheLastClaimEnded() {
        var floors = Floors()
        #expect(floors.place(in: "a", at: Self.at(0)) == nil)
        #expect(!Self.claim(&floors, from: nil, to: Self.place(50), at: 1))
        #expect(floors.place(in: "a", at: Self.at(2)) == Self.place(50))
        #expect(!Self.claim(&floors, from: Self.place(50), to: Self.place(100), at: 3))
        #expect(floors.place(in: "a", at: Self.at(4)) == Self.place(100))
        #expect(floors.place(in: "b", at: Self.at(4)) == nil)
    }

    @Test func looksFromTheStartAgainAndAgain() {
        var floors = Floors()
        _ = Self.claim(&floors, from: nil, to: Self.place(50), at: 1)
        #expect(floors.place(in: "a", at: Self.at(100)) == Self.place(50))
        #expect(floors.place(in: "a", at: Self.at(101)) == nil)
    }

    @Test func looksLessOftenWhereALookIsDear() {
        var floors = Floors()
        _ = Self.claim(&floors, from: nil, to: Self.place(50), at: 200, taking: 200)
        #expect(floors.place(in: "a", at: Self.at(2199)) == Self.place(50))
        #expect(floors.place(in: "a", at: Self.at(2200)) == nil)
    }

    @Test func looksFromTheStartAtOnceWhereNoMoreIsFound() {
        var floors = Floors()
        _ = Self.claim(&floors, from: nil, to: Self.place(50), at: 1)
        #expect(Self.claim(&floors, from: Self.place(50), to: Self.place(60), isFull: false, at: 2))
        #expect(floors.place(in: "a", at: Self.at(3)) == nil)
        #expect(!Self.claim(&floors, from: nil, to: nil, isFull: false, at: 4))
    }
}
