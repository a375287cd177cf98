import Checkpoints
import JobModel
import Testing

@testable import Worker

@Suite struct FileFolderTests {
    private let folder = FileFolder()

    private func note(_ name: String, _ text: String, at position: StepPosition) {
        folder.note(WrittenFile(name: name, blob: BlobReference(of: Array(text.utf8)), position: position))
    }

    private func holds(_ name: String, _ text: String) -> Bool {
        folder.blob(of: name) == BlobReference(of: Array(text.utf8))
    }

    /// Calls run at once: the second is told before the first is recorded.
    @Test(arguments: [("notes", "notes/plan.md"), ("notes/plan.md", "notes"), ("a/b", "a/b/c")])
    func aNameThatIsAboutToBeWrittenIsTaken(_ first: String, _ second: String) {
        #expect(folder.reserve(first, byteCount: 1) == nil)
        #expect(folder.reserve(second, byteCount: 1) == "\(first) is there, and a name is either a file or a folder")
        // The same file may be written twice, and a name beside it is another one.
        #expect(folder.reserve(first, byteCount: 2) == nil)
        #expect(folder.reserve("x" + first, byteCount: 1) == nil)
        folder.release(first, byteCount: 1)
        #expect(folder.reserve(second, byteCount: 1) != nil)
        folder.release(first, byteCount: 2)
        #expect(folder.reserve(second, byteCount: 1) == nil)
    }

    @Test func whatIsAboutToBeWrittenCounts() {
        for number in 1...16 { #expect(folder.reserve("\(number)", byteCount: FileFolder.maximumFileBytes) == nil) }
        #expect(folder.reserve("17", byteCount: 1)?.contains("bytes together") == true)
        folder.release("16", byteCount: FileFolder.maximumFileBytes)
        for number in 17...FileFolder.maximumFiles + 1 { #expect(folder.reserve("\(number)", byteCount: 1) == nil) }
        #expect(folder.reserve("one more", byteCount: 1) == "there are 1000 files already")
    }

    @Test func theLaterPositionWins() throws {
        note("a", "second", at: .toolCall(1, ofTurn: 2))
        note("a", "first", at: .toolCall(2, ofTurn: 1))
        #expect(holds("a", "second"))
    }

    /// The positions of two agents of a handler have no order; they are noted in that of its code.
    @Test func ofTwoAgentsOfAHandlerTheOneThatIsNotedLaterWins() throws {
        note("a", "first", at: try .toolCall(1, ofTurn: 2).inside(.step(named: "write")))
        note("a", "second", at: try .toolCall(1, ofTurn: 1).inside(.step(named: "check")))
        #expect(holds("a", "second"))
    }

    /// What an agent that is a tool has written stands in the record of its call.
    @Test func aResultNamesWhatWasWrittenInsideOfItsCall() throws {
        let call = StepPosition.toolCall(1, ofTurn: 2)
        note("a", "1", at: try .toolCall(1, ofTurn: 1).inside(call))
        note("b", "2", at: .toolCall(2, ofTurn: 2))
        note("c", "3", at: try .toolCall(1, ofTurn: 1).inside(.toolCall(10, ofTurn: 2)))
        let written = folder.written(inside: call)
        #expect(written.map(\.name) == ["a"])
        var result: JSONObject = ["text": "done"]
        WrittenFile.add(written, to: &result)
        #expect(WrittenFile.all(in: .object(result)) == written)
        #expect(WrittenFile.all(in: ["text": "done"]) == nil)
    }

    /// Both were recorded by a worker that did not look.
    @Test func whatWasRecordedIsThereAndTheLatestComesFirst() throws {
        note("notes", "1", at: .toolCall(1, ofTurn: 1))
        note("notes/b", "2", at: .toolCall(2, ofTurn: 1))
        note("z", "3", at: .toolCall(1, ofTurn: 2))
        #expect(folder.all.map(\.name) == ["notes", "notes/b", "z"])
        #expect(folder.latestFirst.map(\.name) == ["z", "notes/b", "notes"])
    }
}
