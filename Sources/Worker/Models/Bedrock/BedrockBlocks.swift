import JobModel

/// The parts of a message in the words of Bedrock's Converse.
struct BedrockBlocks {
    private(set) var blocks: [JSONValue] = []

    init(_ message: ModelMessage, _ origin: ReasoningOrigin) throws(ModelError.Reason) {
        for part in message.parts {
            switch part {
            // An empty text is refused.
            case .text(let text): if !text.isEmpty { blocks.append(["text": .string(text)]) }
            case .file(let file): blocks.append(try Self.file(file, number: blocks.count + 1))
            case .toolCall(let call):
                blocks.append([
                    "toolUse": [
                        "toolUseId": .string(Self.id(call.id)), "name": .string(call.name),
                        "input": call.argumentsObject,
                    ]
                ])
            case .toolResult(let result):
                blocks.append([
                    "toolResult": [
                        "toolUseId": .string(Self.id(result.callID)), "content": [["text": .string(result.text)]],
                        "status": result.isError ? "error" : "success",
                    ]
                ])
            case .reasoning(_, let opaque):
                if let content = origin.unwrap(opaque) { blocks.append(["reasoningContent": content]) }
            }
        }
    }

    private static let longestID = 64

    /// Ids have at most 64 letters, digits, `_` and `-`.
    private static func id(_ id: String) -> String {
        String(
            id.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") ? $0 : "_" }.suffix(longestID)
        )
    }

    private static let imageFormats = [
        "image/png": "png", "image/jpeg": "jpeg", "image/gif": "gif", "image/webp": "webp",
    ]
    private static let documentFormats = [
        "application/pdf": "pdf", "text/csv": "csv", "application/msword": "doc", "text/html": "html",
        "text/plain": "txt", "text/markdown": "md", "application/vnd.ms-excel": "xls",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    ]

    private static func file(_ file: ModelFile, number: Int) throws(ModelError.Reason) -> JSONValue {
        if let format = imageFormats[file.mediaType] {
            return ["image": ["format": .string(format), "source": ["bytes": .string(try file.base64())]]]
        }
        if let format = documentFormats[file.mediaType] {
            return [
                "document": [
                    "format": .string(format), "name": .string(name(of: file, number)),
                    "source": ["bytes": .string(try file.base64())],
                ]
            ]
        }
        if let text = file.titledText { return ["text": .string(text)] }
        throw .invalidRequest("Bedrock takes no file of type \(file.mediaType)")
    }

    /// Names hold letters, digits, single spaces, hyphens and brackets, and differ within a message.
    private static func name(of file: ModelFile, _ number: Int) -> String {
        let name = (file.name ?? "file").map { character in
            character.isASCII && (character.isLetter || character.isNumber) ? character : "-"
        }
        return "\(String(name.prefix(100))) \(number)"
    }
}
