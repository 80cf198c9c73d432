package io.repfold.tensorrt;

import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.Handle;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Members of the binding's classes, each as its class, its name and its descriptor, for example
 * {@code org/bytedeco/tensorrt/nvinfer/IBuilder reset ()V}.
 */
final class NativeCalls {
  private static final String BINDING = "org/bytedeco/";

  private NativeCalls() {}

  /** All that the class files in a folder use. */
  static Set<String> usedIn(Path folder) throws IOException {
    Set<String> used = new TreeSet<>();
    List<Path> files;
    try (Stream<Path> all = Files.walk(folder)) {
      files = all.filter(file -> file.toString().endsWith(".class")).toList();
    }
    for (Path file : files) {
      try (InputStream bytes = Files.newInputStream(file)) {
        new ClassReader(bytes).accept(new Collector(used), 0);
      }
    }
    return used;
  }

  /** Those that the classes of these jars do not have. Their static code is not run. */
  static List<String> missing(Set<String> members, List<Path> jars) throws Exception {
    List<String> missing = new ArrayList<>();
    URL[] urls = new URL[jars.size()];
    for (int i = 0; i < urls.length; i++) {
      urls[i] = jars.get(i).toUri().toURL();
    }
    try (URLClassLoader loader = new URLClassLoader(urls, ClassLoader.getPlatformClassLoader())) {
      for (String member : members) {
        String[] words = member.split(" ", -1);
        if (!has(loader, words[0].replace('/', '.'), words[1], words[2])) {
          missing.add(member);
        }
      }
    }
    return missing;
  }

  private static boolean has(ClassLoader loader, String type, String name, String descriptor) {
    try {
      Class<?> owner = Class.forName(type, false, loader);
      if (name.equals("<init>")) {
        return Arrays.stream(owner.getDeclaredConstructors())
            .anyMatch(constructor -> descriptor(constructor).equals(descriptor));
      }
      for (Class<?> at = owner; at != null; at = at.getSuperclass()) {
        boolean found =
            descriptor.startsWith("(")
                ? Arrays.stream(at.getDeclaredMethods())
                    .anyMatch(m -> m.getName().equals(name) && descriptor(m).equals(descriptor))
                : Arrays.stream(at.getDeclaredFields())
                    .anyMatch(f -> f.getName().equals(name) && descriptor(f).equals(descriptor));
        if (found) {
          return true;
        }
      }
      return false;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  private static String descriptor(Constructor<?> constructor) {
    return MethodType.methodType(void.class, constructor.getParameterTypes())
        .toMethodDescriptorString();
  }

  private static String descriptor(Method method) {
    return MethodType.methodType(method.getReturnType(), method.getParameterTypes())
        .toMethodDescriptorString();
  }

  private static String descriptor(Field field) {
    return field.getType().descriptorString();
  }

  private static final class Collector extends ClassVisitor {
    private final Set<String> used;

    Collector(Set<String> used) {
      super(Opcodes.ASM9);
      this.used = used;
    }

    @Override
    public MethodVisitor visitMethod(
        int access, String name, String descriptor, String signature, String[] exceptions) {
      return new MethodVisitor(Opcodes.ASM9) {
        @Override
        public void visitMethodInsn(
            int code, String owner, String called, String type, boolean isInterface) {
          add(owner, called, type);
        }

        @Override
        public void visitFieldInsn(int code, String owner, String field, String type) {
          add(owner, field, type);
        }

        @Override
        public void visitInvokeDynamicInsn(
            String called, String type, Handle bootstrap, Object... arguments) {
          for (Object argument : arguments) {
            if (argument instanceof Handle handle) {
              add(handle.getOwner(), handle.getName(), handle.getDesc());
            }
          }
        }
      };
    }

    private void add(String owner, String name, String descriptor) {
      if (owner.startsWith(BINDING)) {
        used.add(owner + " " + name + " " + descriptor);
      }
    }
  }
}
