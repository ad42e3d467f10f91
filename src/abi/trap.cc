#include "abi/trap.h"

namespace wherry::abi {

const char* trap_message(TrapCode code) {
  switch (code) {
    case TrapCode::Unreachable:
      return "unreachable";
    case TrapCode::MemoryOutOfBounds:
      return "out of bounds memory access";
    case TrapCode::TableOutOfBounds:
      return "out of bounds table access";
    case TrapCode::UndefinedElement:
      return "undefined element";
    case TrapCode::UninitializedElement:
      return "uninitialized element";
    case TrapCode::IndirectCallTypeMismatch:
      return "indirect call type mismatch";
    case TrapCode::IntegerDivideByZero:
      return "integer divide by zero";
    case TrapCode::IntegerOverflow:
      return "integer overflow";
    case TrapCode::InvalidConversionToInteger:
      return "invalid conversion to integer";
    case TrapCode::StackOverflow:
      return "call stack exhausted";
    case TrapCode::NullReference:
      return "null reference";
    case TrapCode::HostStopped:
      return "stopped by a host function";
    case TrapCode::Exit:
      return "exit";
    case TrapCode::Interrupted:
      return "interrupted";
    case TrapCode::HostError:
      return "host error";
    case TrapCode::TimeLimit:
      return "time is over";
    case TrapCode::CpuTimeLimit:
      return "processor time is over";
    case TrapCode::FuelLimit:
      return "out of fuel";
    case TrapCode::UncaughtException:
      return "uncaught exception";
    case TrapCode::ExceptionMemoryExhausted:
      return "exceptions exhausted their memory";
    case TrapCode::NullFunctionReference:
      return "null function reference";
    case TrapCode::NullStructureReference:
      return "null structure reference";
    case TrapCode::NullArrayReference:
      return "null array reference";
    case TrapCode::NullI31Reference:
      return "null i31 reference";
    case TrapCode::CastFailure:
      return "cast failure";
    case TrapCode::ArrayOutOfBounds:
      return "out of bounds array access";
    case TrapCode::ObjectHeapExhausted:
      return "object heap exhausted";
    case TrapCode::UnalignedAtomic:
      return "unaligned atomic";
    case TrapCode::ExpectedSharedMemory:
      return "expected shared memory";
  }
  return "unknown trap";
}

}  // namespace wherry::abi
