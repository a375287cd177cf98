/// Who answers a program's calls of tools, and what its messages may have of the worker's memory.
struct ToolProgram: Sendable {
    /// What the messages of all programs may have: 128 MiB.
    static let limit = 128 << 20
    /// What those of a single one may: 64 MiB.
    static let partOfOne = 64 << 20

    let host: any ToolHost & CallJudge
    let room: BodyRoom

    init(_ host: any ToolHost & CallJudge, within all: BodyRoom) {
        self.host = host
        room = BodyRoom(limit: Self.partOfOne, within: all)
    }
}
