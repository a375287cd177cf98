import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(5))) struct LoopExecutorTests {
    @Test func tasksRunOnTheLoopAndWhatIsLongDoesNot() async throws {
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = loops.any()
        let places = await Task(executorPreference: LoopExecutor(loop)) {
            let own = loop.inEventLoop
            let aside = await LoopExecutor.aside { loop.inEventLoop }
            let back = loop.inEventLoop
            let short = await LoopExecutor.aside(false) { loop.inEventLoop }
            return [own, aside, back, short]
        }.value
        #expect(places == [true, false, true, true])
        try await loops.shutdownGracefully()
    }

    /// Many tasks come to their end although the loop does nothing but wait.
    @Test func otherThreadsHelpALoopThatDoesNotKeepUp() async throws {
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = loops.any()
        let executor = LoopExecutor(loop)
        let isOver = Mutex(false)
        loop.execute { while !isOver.withLock({ $0 }) {} }
        let (ended, end) = AsyncStream.makeStream(of: Bool.self)
        let tasks = (0..<LoopExecutor.mostWaiting * 2).map { _ in
            Task(executorPreference: executor) { _ = end.yield(loop.inEventLoop) }
        }
        var iterator = ended.makeAsyncIterator()
        for _ in 0..<LoopExecutor.mostWaiting {
            #expect(await iterator.next() == false)
        }
        isOver.withLock { $0 = true }
        for _ in 0..<LoopExecutor.mostWaiting {
            #expect(await iterator.next() == true)
        }
        for task in tasks { await task.value }
        try await loops.shutdownGracefully()
    }
}
