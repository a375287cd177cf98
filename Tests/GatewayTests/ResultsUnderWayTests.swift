import NIOCore
import NIOEmbedded
import NIOHTTP1
import Synchronization
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(5))) struct ResultsUnderWayTests {
    private let results = ResultsUnderWay()
    /// The connection of whoever waits.
    private let asker = EmbeddedChannel()
    private let charge = ResultsUnderWay.Step(token: "t1", name: "charge it")

    private final class Log: Sendable {
        private let held = Mutex<[String]>([])

        var lines: [String] { held.withLock { $0 } }

        func add(_ line: String) { held.withLock { $0.append(line) } }
    }

    private func connection() throws -> EmbeddedChannel {
        let channel = EmbeddedChannel(handler: ResultHandler(results))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        return channel
    }

    private func send(
        _ method: HTTPMethod = .PUT,
        _ target: String = "/_step/charge%20it",
        token: String = "t1",
        on channel: EmbeddedChannel
    ) throws {
        let head = HTTPRequestHead(
            version: .http1_1,
            method: method,
            uri: target,
            headers: ["Authorization": "Bearer \(token)"]
        )
        try channel.writeInbound(HTTPServerRequestPart.head(head))
    }

    @Test func aResultIsWaitedForFromItsHeadUntilItIsDealtWith() async throws {
        let channel = try connection()
        try send(on: channel)
        let log = Log()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [results, charge, asker] in
                _ = await results.end(of: charge, for: asker)
                log.add("waited")
            }
            for _ in 1...100 { await Task.yield() }
            let end = results.takeUp(on: channel)
            for _ in 1...100 { await Task.yield() }
            log.add("dealt with")
            end?()
        }
        #expect(log.lines == ["dealt with", "waited"])
        let again = await results.end(of: charge, for: asker)
        #expect(!again)
        #expect(results.takeUp(on: channel) == nil)
        _ = try channel.finish(acceptAlreadyClosed: true)
    }

    @Test func onlyResultsOfTheSameStepOfTheSameAttemptAreWaitedFor() async throws {
        let channel = try connection()
        try send(.POST, on: channel)
        try send(.PUT, "/openai/responses/r1", on: channel)
        try send(.PUT, "/_step/refund", on: channel)
        try send(token: "t2", on: channel)
        let wereAny = await results.end(of: charge, for: asker)
        #expect(!wereAny)
        _ = try channel.finish()
    }

    @Test func resultsOfOneConnectionAreTakenUpInTheirOrder() async throws {
        let channel = try connection()
        let other = try connection()
        try send(.PUT, "/_step/other", on: other)
        try send(on: channel)
        try send(.PUT, "/_step/refund", on: channel)
        let end = try #require(results.takeUp(on: channel))
        end()
        let wereAny = await results.end(of: charge, for: asker)
        #expect(!wereAny)
        #expect(results.takeUp(on: channel) != nil)
        #expect(results.takeUp(on: channel) == nil)
        _ = try channel.finish()
        _ = try other.finish()
    }

    @Test func whatIsNeverTakenUpIsNotWaitedForForever() async throws {
        let channel = try connection()
        try send(on: channel)
        try await channel.close()
        channel.embeddedEventLoop.advanceTime(by: .seconds(6))
        let wereAny = await results.end(of: charge, for: asker)
        #expect(!wereAny)
    }

    /// Its request is taken up when whoever waits has been answered.
    @Test func aResultBehindWhoeverWaitsIsNotWaitedFor() async throws {
        let channel = try connection()
        try send(on: channel)
        let wereAny = await results.end(of: charge, for: channel)
        #expect(!wereAny)
        _ = try channel.finish()
    }

    /// Those that come later may be many, one after the other.
    @Test func onlyWhatHasBegunToComeIsWaitedFor() async throws {
        let channel = try connection()
        try send(on: channel)
        await withTaskGroup(of: Bool.self) { group in
            group.addTask { [results, charge, asker] in await results.end(of: charge, for: asker) }
            for _ in 1...100 { await Task.yield() }
            let end = results.takeUp(on: channel)
            try? send(on: channel)
            end?()
            #expect(await group.next() == true)
        }
        _ = try channel.finish()
    }

    @Test func nobodyWaitsForWhatHasNoEnd() async throws {
        let channel = try connection()
        try send(on: channel)
        let loop = NIOAsyncTestingChannel()
        async let wereAny = results.end(of: charge, for: loop)
        for _ in 1...100 { await Task.yield() }
        await loop.testingEventLoop.advanceTime(by: .seconds(61))
        #expect(await wereAny)
        _ = try channel.finish()
    }
}
