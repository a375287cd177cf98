import Glibc

/// Where the programs under test lie: in `CHASSIS_TEST_PROGRAMS`, or beside the bundle of the tests.
enum Programs {
    static func path(_ name: String) -> String {
        if let directory = getenv("CHASSIS_TEST_PROGRAMS") { return String(cString: directory) + "/" + name }
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        let own = String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return own.split(separator: "/").dropLast().map { "/" + $0 }.joined() + "/" + name
    }
}
