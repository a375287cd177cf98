import Foundation
import Glibc
import Testing

@testable import Client

@Suite(.timeLimit(.minutes(5))) struct TerminalTests {
    /// A pipe takes a long line in pieces, and a second writer finds room between them.
    @Test func writesNoLineIntoAnother() async throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        let (reading, writing) = (ends[0], ends[1])
        let terminal = Terminal(descriptor: writing, allowsColour: false)
        async let read = withCheckedContinuation { continuation in
            // On a thread of its own: the writers wait for it.
            Thread.detachNewThread { continuation.resume(returning: Self.readAll(reading)) }
        }
        await withDiscardingTaskGroup { group in
            for letter in ["a", "b", "c", "d"] {
                group.addTask {
                    await withCheckedContinuation { continuation in
                        Thread.detachNewThread {
                            terminal.write(String(repeating: letter, count: 400_000) + "\n")
                            continuation.resume()
                        }
                    }
                }
            }
        }
        close(writing)
        let lines = await read.split(separator: UInt8(ascii: "\n"))
        close(reading)
        #expect(lines.map(\.count) == [400_000, 400_000, 400_000, 400_000])
        #expect(lines.allSatisfy { Set($0).count == 1 })
    }

    private static func readAll(_ descriptor: Int32) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return bytes }
            bytes += buffer[..<count]
        }
    }
}
