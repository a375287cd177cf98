import Checkpoints
import Digests
import JobModel
import Models
import Storage
import Workflow

/// The images and documents of a job's prompt: taken from where the file says, kept as blobs, and read for each call.
struct RequestFiles: Sendable {
    /// The largest file, in bytes.
    static let maximumBytes = 20 << 20

    let store: DirectoryStore
    let runs: RunStore

    /// The parts of a message that show these files; what they hold is in the store afterwards.
    ///
    /// - Throws: A `JobFailure` that names the file.
    func parts(_ files: [FileDefinition], in context: JobContext) async throws -> [MessagePart] {
        var parts: [MessagePart] = []
        for file in files {
            let source = try context.text(file.source)
            let shown = try await shown(source, file, run: context.job.run)
            if file.isImage, !shown.isImage {
                throw Self.failure(source, "its type is \(shown.mediaType), which is no image; list it under files")
            }
            parts.append(.file(shown))
        }
        return parts
    }

    private func shown(_ source: String, _ file: FileDefinition, run: RunID) async throws -> ModelFile {
        if source.hasPrefix("https://") {
            let path = source.prefix { $0 != "?" && $0 != "#" }
            let last = String(path.split(separator: "/").last ?? "")
            let type = file.mediaType ?? MediaType.ofName(last) ?? (file.isImage ? "image/jpeg" : nil)
            guard let type else { throw Self.failure(source, Self.unknownType) }
            return ModelFile(mediaType: type, name: file.name ?? last, content: .url(source))
        }
        if source.hasPrefix("data:") {
            guard let (type, bytes) = Self.data(in: source) else {
                throw Self.failure("data:", "it must read data:TYPE;base64,DATA")
            }
            return try await keep(bytes, type: file.mediaType ?? type, name: file.name)
        }
        let parts = source.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !source.contains("://") else {
            throw Self.failure(source, "it is no https address, no data: address and no JOB/PATH of an artifact")
        }
        let path = String(parts[1])
        let bytes = try await artifact(path, ofJob: String(parts[0]), run: run, source: source)
        guard let type = file.mediaType ?? MediaType.ofName(path) else { throw Self.failure(source, Self.unknownType) }
        return try await keep(bytes, type: type, name: file.name ?? path.split(separator: "/").last.map(String.init))
    }

    private func keep(_ bytes: [UInt8], type: String, name: String?) async throws -> ModelFile {
        guard bytes.count <= Self.maximumBytes else { throw Self.failure(name ?? "data:", Self.tooLarge) }
        let blob = try await store.putBlob(bytes)
        return ModelFile(mediaType: type, name: name, content: .blob(blob.digest, byteCount: blob.byteCount))
    }

    private func artifact(_ path: String, ofJob job: String, run: RunID, source: String) async throws -> [UInt8] {
        let name: ArtifactName
        do throws(CheckpointError) {
            name = try ArtifactName(path)
        } catch {
            throw Self.failure(source, "\(error)")
        }
        guard let place = try await runs.place(ofJob: job, in: run) else {
            throw Self.failure(source, "no job \(job) of this run has succeeded")
        }
        let owner = JobReference(run: run, job: place.job)
        var found = try await store.artifacts(of: owner, through: place.epoch)
        if !found.contains(where: { $0.artifact.name == name }) {
            let reader = CheckpointReader(store: store)
            found += try await reader.inheritedArtifacts(of: owner, bySteps: CommandHandler.isProgram)
        }
        guard let stored = found.first(where: { $0.artifact.name == name }) else {
            let known = found.prefix(10).map(\.artifact.name.description).joined(separator: ", ")
            throw Self.failure(source, "the job left no such file" + (known.isEmpty ? "" : "; it left \(known)"))
        }
        guard stored.byteCount <= Self.maximumBytes else { throw Self.failure(source, Self.tooLarge) }
        return try await store.readArtifact(stored.artifact, at: 0, count: stored.byteCount)
    }

    /// The messages with the bytes of the files that they refer to.
    func load(_ messages: [ModelMessage]) async throws -> [ModelMessage] {
        var loaded = messages
        for (place, message) in messages.enumerated() {
            for (number, part) in message.parts.enumerated() {
                guard case .file(var file) = part, case .blob(let digest, let byteCount) = file.content else {
                    continue
                }
                file.content = .data(try await store.blob(BlobReference(digest: digest, byteCount: byteCount)))
                loaded[place].parts[number] = .file(file)
            }
        }
        return loaded
    }

    /// Type and content of a `data:` address with Base64.
    static func data(in source: String) -> (type: String, bytes: [UInt8])? {
        let rest = source.utf8.dropFirst("data:".utf8.count)
        guard let comma = rest.firstIndex(of: UInt8(ascii: ",")) else { return nil }
        let head = String(rest[..<comma])?.split(separator: ";", omittingEmptySubsequences: false) ?? []
        guard head.count >= 2, head.last == "base64", head[0].contains("/"),
            let bytes = Base64.decode(rest[rest.index(after: comma)...])
        else { return nil }
        return (head[0].lowercased(), bytes)
    }

    private static let unknownType = "its type cannot be told from its name; write it as {from: …, type: …}"
    private static let tooLarge = "it has more than \(maximumBytes >> 20) MiB"

    private static func failure(_ source: String, _ reason: String) -> JobFailure {
        JobFailure(
            code: "file",
            message: "the file \(source.prefix(200)) cannot be shown: \(reason)",
            isPermanent: true
        )
    }
}
