import TestSupport
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(5))) struct GathererTests {
    @Test func whoComesWhileASetIsUnderWayIsInTheNext() async throws {
        let door = Door<Int>()
        let gatherer = Gatherer<String, Int, Int> { _, items in try await door.enter(items).map { $0 * 10 } }
        async let first = gatherer("a", 1)
        #expect(await door.next() == [1])
        async let second = gatherer("a", 2)
        async let third = gatherer("a", 3)
        await gatherer.waits(for: 2)
        door.open()
        #expect(try await first == 10)
        let set = try #require(await door.next())
        #expect(set.sorted() == [2, 3])
        door.open()
        #expect(try await [second, third] == [20, 30])
        // And one who comes after waits for nobody.
        async let fourth = gatherer("a", 4)
        #expect(await door.next() == [4])
        door.open()
        #expect(try await fourth == 40)
    }

    @Test func othersDoNotWaitAndAFaultIsToldToItsSetAlone() async throws {
        let door = Door<Int>()
        let gatherer = Gatherer<String, Int, Int> { key, items in
            key == "a" ? try await door.enter(items).map { $0 * 10 } : items
        }
        async let first = gatherer("a", 1)
        #expect(await door.next() == [1])
        #expect(try await gatherer("b", 7) == 7)
        async let second = gatherer("a", 2)
        await gatherer.waits(for: 1)
        door.open(false)
        do {
            _ = try await first
            Issue.record("the fault was not told")
        } catch { #expect(error is Door<Int>.Refused) }
        #expect(await door.next() == [2])
        door.open()
        #expect(try await second == 20)
    }

    @Test func aSetHasABound() async throws {
        let door = Door<Int>()
        let gatherer = Gatherer<String, Int, Int> { _, items in try await door.enter(items).map { $0 * 10 } }
        try await withThrowingTaskGroup(of: Int.self) { group in
            group.addTask { try await gatherer("a", 0) }
            #expect(await door.next() == [0])
            for item in 1...100 { group.addTask { try await gatherer("a", item) } }
            await gatherer.waits(for: 100)
            for _ in 0..<3 { door.open() }
            var answers = 0
            for try await answer in group { answers += answer }
            #expect(answers == 10 * 5050)
        }
        #expect(door.sets.map(\.count) == [1, 64, 36])
    }
}

extension Gatherer {
    /// Waits until so many wait for the next set.
    fileprivate func waits(for count: Int) async {
        while waiterCount < count { await Task.yield() }
    }
}
