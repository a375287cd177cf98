import Checkpoints
import Digests
import Testing

@Suite struct DirectoryStoreBlobTests {
    private let scratch: ScratchDirectory
    private let content = Array("the content of a blob".utf8)

    init() throws { scratch = try ScratchDirectory() }

    private func store() async throws -> DirectoryStore { try await .open(at: scratch.path) }

    private var fileName: String {
        let hex = BlobReference(of: content).digest.hex
        return "blobs/sha256/\(hex.prefix(2))/\(hex.dropFirst(2))"
    }

    @Test func givesBackWhatWasPut() async throws {
        let store = try await store()
        for content in [content, [], Array(repeating: UInt8(9), count: 1_000_000)] {
            let reference = try await store.putBlob(content)
            #expect(reference == BlobReference(of: content))
            #expect(try await store.blob(reference) == content)
        }
        #expect(try scratch.files().contains(fileName))
        #expect(try scratch.names(in: "tmp") == [])
    }

    @Test func storesTheSameContentOnce() async throws {
        let store = try await store()
        #expect(try await store.putBlob(content) == store.putBlob(content))
        #expect(try scratch.files() == [fileName])
    }

    @Test func takesManyPutsOfTheSameContentAtOnce() async throws {
        let store = try await store()
        try await withThrowingTaskGroup { group in
            for _ in 0..<32 { group.addTask { [content] in try await store.putBlob(content) } }
            for try await reference in group { #expect(reference == BlobReference(of: content)) }
        }
        #expect(try scratch.files() == [fileName])
    }

    @Test func namesABlobThatIsDamaged() async throws {
        let store = try await store()
        let reference = try await store.putBlob(content)
        for damaged in [Array(content.dropLast()), content + [0], content.dropLast() + [0], []] {
            try scratch.write(damaged, to: fileName)
            await #expect(throws: CheckpointError.blobDamaged(reference)) { try await store.blob(reference) }
        }
    }

    @Test func replacesADamagedBlob() async throws {
        let store = try await store()
        let reference = try await store.putBlob(content)
        try scratch.write(content.dropLast() + [0], to: fileName)
        _ = try await store.putBlob(content)
        #expect(try await store.blob(reference) == content)
    }

    @Test func namesABlobThatIsMissing() async throws {
        let store = try await store()
        let reference = BlobReference(of: content)
        await #expect(throws: CheckpointError.blobMissing(reference)) { try await store.blob(reference) }
    }

    @Test func followsNoLink() async throws {
        let store = try await store()
        let reference = try await store.putBlob(content)
        try scratch.write(content, to: "outside")
        try scratch.remove(fileName)
        try scratch.link(fileName, to: "\(scratch.path)/outside")
        await #expect(throws: CheckpointError.symbolicLink(path: "\(scratch.path)/\(fileName)")) {
            try await store.blob(reference)
        }
    }
}
